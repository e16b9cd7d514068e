import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type SlackSimulator,
  type SlackSimulatorOptions,
  startSlackSimulator,
  type Usergroup,
} from "@sluice/simulators";
import { onTestFinished, vi } from "vitest";
import { type Connection, connect } from "../src/connect.js";
import { reconcile, type ReconcileOptions } from "../src/reconcile.js";

/** What a run wrote, and its exit code. */
export interface Run {
  readonly code: number;
  readonly printed: string;
  readonly notes: readonly string[];
}

/** A simulated workspace of one test, and the reconciler to run on it. */
export interface Bench {
  readonly simulator: SlackSimulator;
  run(yaml: string, options?: Partial<ReconcileOptions>, connecting?: () => Promise<Connection>): Promise<Run>;
  connect(): Promise<Connection>;
  /** Writes a file that is removed when the test ends, and gives its path. */
  file(yaml: string): Promise<string>;
  group(handle: string): Usergroup | undefined;
  /** Names of the methods called that change something, in order. */
  writes(): string[];
}

const writing = /^usergroups\.(create|update|enable|disable|users\.update)$/;

/** Starts a workspace of six people and three groups. */
export async function bench(options: SlackSimulatorOptions = {}): Promise<Bench> {
  // The settings of whoever runs the tests are not those of the tests.
  const settings = Object.keys(process.env).filter((name) => /^(SLACK|SLUICE|REDIS)_/.test(name));
  for (const name of settings) vi.stubEnv(name, undefined);
  const simulator = await startSlackSimulator({
    users: ["ann", "ben", "cleo", "dan", "eve", "finn"].map((name) => ({ name, email: `${name}@acme.example` })),
    usergroups: [
      { name: "Front end", handle: "frontend", users: ["ann", "finn"] },
      { name: "Interns", handle: "interns", users: ["dan"] },
      { name: "Old project", handle: "old-project", users: ["eve"] },
    ],
    ...options,
  });
  const folder = await mkdtemp(join(tmpdir(), "usergroups-"));
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await simulator.close();
    await rm(folder, { recursive: true });
  });
  const open = (): Promise<Connection> => connect({ workspace: "acme", real: false, apiUrl: simulator.url });
  const file = async (yaml: string): Promise<string> => {
    const path = join(folder, "groups.yaml");
    await writeFile(path, yaml);
    return path;
  };
  return {
    simulator,
    connect: open,
    file,
    async run(yaml, given = {}, connecting = open) {
      const path = await file(yaml);
      const printed: string[] = [];
      const notes: string[] = [];
      const code = await reconcile({ file: path, dryRun: false, prune: false, json: false, ...given }, connecting, {
        print: (text) => printed.push(text),
        // The folder's name differs from run to run.
        note: (text) => notes.push(text.replace(`${folder}/`, "").replace(simulator.url, "the simulator")),
      });
      return { code, printed: printed.join("\n"), notes };
    },
    group: (handle) => [...simulator.state.workspace().usergroups.values()].find((group) => group.handle === handle),
    writes: () =>
      simulator.ledger
        .entries()
        .map(({ method }) => method)
        .filter((method) => writing.test(method)),
  };
}
