import { type RedisServer, startRedisServer } from "@sluice/test/redis-server";
import { type SlackSimulator, startSlackSimulator } from "@sluice/simulators";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { UsergroupOrders, UsergroupWord } from "../src/lock/usergroup-worker.js";

/** The compiled worker; child processes run what was built. */
const file = fileURLToPath(new URL("../dist/lock/usergroup-worker.js", import.meta.url));

type Word<Kind extends UsergroupWord["kind"]> = Extract<UsergroupWord, { kind: Kind }>;

/** A process that adds members. */
export interface Adder {
  /** Waits for the next word of this kind, also when it has come already. */
  said<Kind extends UsergroupWord["kind"]>(kind: Kind): Promise<Word<Kind>>;
  /** Lets it begin, or go on from where it waits. */
  go(): void;
  freeze(): void;
  thaw(): void;
}

/** A workspace with one group of one member, enough users to add, and a Redis. */
export interface Bench extends AsyncDisposable {
  readonly slack: SlackSimulator;
  readonly redis: RedisServer;
  readonly usergroup: string;
  /** Ids that can be added. */
  readonly ids: readonly string[];
  /** Members now. */
  members(): readonly string[];
  /** The group has its first member alone again. */
  reset(): void;
  start(orders: Partial<UsergroupOrders> & Pick<UsergroupOrders, "members">): Adder;
}

const BETWEEN_US_AND_SLACK_MS = [0, 2] as const;

export async function startBench(users: number): Promise<Bench> {
  const redis = await startRedisServer();
  const names = Array.from({ length: users + 1 }, (_, index) => ({ name: `user${index}` }));
  const slack = await startSlackSimulator({
    users: names,
    usergroups: [{ name: "On call", users: ["user0"] }],
    enforce: false,
    latencyMs: BETWEEN_US_AND_SLACK_MS,
  });
  const group = [...slack.state.workspace().usergroups.values()][0];
  if (group === undefined) throw new Error("a workspace with a group");
  const first = group.users;
  const adders = new Set<ReturnType<typeof fork>>();
  return {
    slack,
    redis,
    usergroup: group.id,
    ids: [...slack.state.workspace().users.values()].filter(({ id }) => !first.includes(id)).map(({ id }) => id),
    members: () => group.users,
    reset: () => void Object.assign(group, { users: first }),
    start(orders) {
      const all: UsergroupOrders = {
        redisUrl: redis.url,
        slackUrl: slack.url,
        usergroup: group.id,
        locked: true,
        leaseMs: 5000,
        stalls: false,
        guard: "assert",
        ...orders,
      };
      const child = fork(file, [JSON.stringify(all)], { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
      adders.add(child);
      return adderOf(child);
    },
    async [Symbol.asyncDispose]() {
      for (const child of adders) child.kill("SIGKILL");
      await slack.close();
      await redis.stop();
    },
  };
}

function adderOf(child: ReturnType<typeof fork>): Adder {
  const words: UsergroupWord[] = [];
  const wanted = new Map<string, { resolve: (word: UsergroupWord) => void; reject: (error: Error) => void }>();
  child.on("message", (word: UsergroupWord) => {
    const waiting = wanted.get(word.kind);
    wanted.delete(word.kind);
    if (waiting === undefined) words.push(word);
    else waiting.resolve(word);
  });
  child.on("exit", (code) => {
    for (const { reject } of wanted.values()) reject(new Error(`the worker ended with ${code}`));
  });
  return {
    said<Kind extends UsergroupWord["kind"]>(kind: Kind) {
      const index = words.findIndex((word) => word.kind === kind);
      if (index >= 0) return Promise.resolve(words.splice(index, 1)[0] as Word<Kind>);
      return new Promise<Word<Kind>>((resolve, reject) =>
        wanted.set(kind, { resolve: resolve as (word: UsergroupWord) => void, reject }),
      );
    },
    go: () => void child.send("go"),
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
  };
}
