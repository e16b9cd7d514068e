import { randomBytes } from "node:crypto";
import type { Clock } from "@sluice/core";
import type { Knowledge } from "./knowledge.js";
import { orAborted } from "./or-aborted.js";
import type { OneBreaker } from "./outage.js";
import type { ProbeEnd, ProbeReply } from "./store.js";

/** A call that was let through half-open. */
export interface Probe {
  /** Whether nothing has been told since it was let through. */
  isCurrent(): boolean;
  /** How it ended; `undefined` gives its place to another. */
  end(failed: boolean | undefined): void;
}

/** Asks to be let through half-open. */
export interface Probes {
  /** Undefined: not this time, look again at what is known. */
  ask(signal: AbortSignal | undefined): Promise<Probe | undefined>;
  /** When every end so far has been told, or could not be; undefined for none. */
  ended(): Promise<unknown> | undefined;
}

/** What probes are made of. */
export interface ProbesOptions {
  readonly one: OneBreaker;
  readonly knowledge: Knowledge;
  readonly clock: Clock;
  readonly leaseMs: number;
}

const processId = randomBytes(6).toString("base64url");
let count = 0;

export function createProbes({ one, knowledge, clock, leaseMs }: ProbesOptions): Probes {
  /** One question at a time: the others would be told no, or may ask after it. */
  let asking: Promise<unknown> | undefined;

  let told: Promise<unknown> | undefined;

  const settle = (end: ProbeEnd): void => {
    const known = knowledge.version;
    const telling = (async () => knowledge.answered(await one.settle(end), known))().catch(() => {
      // Untold: the lease ends by itself.
    });
    told = Promise.all([told, telling]);
  };
  const question = async (id: string): Promise<ProbeReply> => {
    const known = knowledge.version;
    const reply = await one.probe(id);
    knowledge.answered(reply.view, known);
    return reply;
  };
  return {
    ended: () => told,
    async ask(signal) {
      if (asking !== undefined) {
        await orAborted(asking, signal);
        return undefined;
      }
      count += 1;
      const id = `${processId}${count.toString(36)}`;
      const askedMs = clock.now();
      const answer = question(id);
      asking = answer.then(
        () => {
          asking = undefined;
        },
        () => {
          asking = undefined;
        },
      );
      let reply: ProbeReply;
      try {
        reply = await orAborted(answer, signal);
      } catch (error) {
        answer.then(
          ({ granted, view }) => granted && settle({ id, version: view.version, outcome: "undecided" }),
          () => {},
        );
        throw error;
      }
      if (!reply.granted) return undefined;
      const { version } = reply.view;
      const end = (outcome: ProbeEnd["outcome"]): void => settle({ id, version, outcome });
      // After a stall somebody else may have the lease by now, and meanwhile another probe may have decided.
      if (clock.now() - askedMs >= leaseMs || knowledge.version !== version) {
        end("undecided");
        return undefined;
      }
      return {
        isCurrent: () => knowledge.version === version,
        end: (failed) => end(failed === undefined ? "undecided" : failed ? "failure" : "success"),
      };
    },
  };
}
