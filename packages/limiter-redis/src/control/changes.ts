import { sleep } from "@sluice/core";
import {
  canonicalText,
  ChangeConflictError,
  type CheckedChange,
  type ControlChanged,
  digestOfText,
  drawGeneration,
  noDigest,
  otherVersion,
} from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as commands from "./commands.js";
import { isConfirmed } from "./confirming.js";
import type { ControlConfig } from "./options.js";
import { decodeHead, decodeId, type SpaceHead } from "./replies.js";

/** What changes are made with. */
export interface ChangesOptions {
  readonly config: ControlConfig;
  readonly keysOf: (space: string) => commands.SpaceKeys;
  /** The store's clock, as far as it is known. Unit: milliseconds since the Unix epoch. */
  readonly nowMs: (space: string) => number;
  readonly ask: (
    space: string,
    command: (client: RedisClient, deadlineUs: number) => Promise<readonly unknown[]>,
  ) => Promise<readonly unknown[]>;
}

/** Makes changes, each on the newest audit entry. */
export interface Changes {
  change(space: string, change: CheckedChange): Promise<ControlChanged>;
  /** A reply told how the space stands. */
  heard(space: string, seen: SpaceHead): void;
}

/** Most spaces whose head is remembered; for others it is read anew. */
const MOST_SPACES = 1000;
/** Between two tries, at most. Unit: milliseconds. */
const LONGEST_PAUSE_MS = 50;

const unseen: SpaceHead = {
  version: 0,
  nowMs: 0,
  atMs: 0,
  head: { digest: noDigest, from: noDigest, kept: 0, trimmed: 0, generation: "" },
};

export function createChanges({ config, keysOf, nowMs, ask }: ChangesOptions): Changes {
  const { clock, random, confirm, changeTimeoutMs } = config;
  const heads = new Map<string, SpaceHead>();
  // One after the other in a process, so that its own changes do not meet each other.
  const last = new Map<string, Promise<unknown>>();

  const heard = (space: string, seen: SpaceHead): void => {
    if (heads.size >= MOST_SPACES && !heads.has(space)) heads.clear();
    heads.set(space, seen);
  };

  /** One try; the head as it is when another entry came first. */
  const attempt = async (
    space: string,
    { version, atMs, head }: SpaceHead,
    change: CheckedChange,
  ): Promise<ControlChanged | SpaceHead> => {
    const content = { ...change.entry, atMs: Math.max(Math.floor(nowMs(space)), atMs), version: version + 1 };
    const text = canonicalText(content);
    const digest = digestOfText(head.digest, text);
    const keys = keysOf(space);
    const { generation } = head;
    const draft = {
      before: head.digest,
      generation,
      newGeneration: drawGeneration(random),
      atMs: content.atMs,
      text,
      digest,
    };
    let confirmed: boolean | undefined;
    const reply = await ask(space, async (redis, deadlineUs) => {
      const answer = await commands.change(redis, keys, deadlineUs, draft, change, config);
      if (answer[0] !== "done" || confirm === undefined) return answer;
      // The change is made: replicas that cannot be asked have not confirmed it, and no more.
      confirmed = await isConfirmed(redis, keys.head, confirm);
      return answer;
    });
    const seen = decodeHead(reply);
    heard(space, seen);
    if (reply[0] !== "done") return seen;
    const entry = { id: decodeId(reply), ...content, digest };
    return { version: seen.version, entry, ...(confirmed === undefined ? {} : { confirmed }) };
  };

  /** How the space stands, when it is not as it was to be. */
  const look = async (space: string, version: number): Promise<SpaceHead> => {
    const known = { version, generation: "*" };
    const seen = decodeHead(
      await ask(space, (redis, deadlineUs) => commands.read(redis, keysOf(space), deadlineUs, known)),
    );
    heard(space, seen);
    return seen;
  };
  const change = async (space: string, wanted: CheckedChange): Promise<ControlChanged> => {
    const untilMs = clock.now() + changeTimeoutMs;
    const { ifVersion } = wanted;
    for (let tries = 0; ; tries += 1) {
      let known = heads.get(space);
      if (ifVersion !== undefined && ifVersion !== (known ?? unseen).version) {
        known = await look(space, ifVersion);
        if (ifVersion !== known.version) throw otherVersion(space, known.version, ifVersion);
      }
      const result = await attempt(space, known ?? unseen, wanted).catch((error: unknown) => {
        // Whether it was made is not known: the next one looks first.
        heads.delete(space);
        throw error;
      });
      if ("entry" in result) return result;
      // The first time that was only a look.
      if (known === undefined) continue;
      if (clock.now() >= untilMs) {
        const why = `others kept changing it for ${changeTimeoutMs} ms; come back later`;
        throw new ChangeConflictError(space, result.version, why);
      }
      await sleep(random() * Math.min(LONGEST_PAUSE_MS, 2 ** tries), undefined, clock);
    }
  };

  return {
    heard,
    change(space, wanted) {
      const turn = (last.get(space) ?? Promise.resolve()).then(() => change(space, wanted));
      const over = turn.then(
        () => {},
        () => {},
      );
      last.set(space, over);
      void over.then(() => last.get(space) === over && last.delete(space));
      return turn;
    },
  };
}
