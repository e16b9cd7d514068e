import type { LedgerEntry } from "../ledger/entry.js";
import type { Answer } from "./answer.js";

/** A request that has been read completely. */
export interface Arrival {
  /** The route it took, as the provider documents it: `GET /repos/{owner}/{repo}`; `other` when there is none. */
  readonly operation: string;
  readonly verb: string;
  readonly url: URL;
  /** What the route's placeholders stand for, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Address of the caller. */
  readonly ip: string;
  readonly body: Uint8Array;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
}

/** How a request was answered. */
export interface Outcome {
  readonly answer: Answer;
  /** What the ledger notes of it beside what every request has. */
  readonly entry: Pick<LedgerEntry, "accepted" | "account" | "limit" | "cost" | "throttled">;
  /** Called when the answer has been sent. */
  readonly release?: () => void;
}

/** What a provider makes of requests. */
export interface Provider {
  /** Routes as documented, each a verb and a path with placeholders: `GET /repos/{owner}/{repo}` or `GET /projects/:id`. */
  readonly operations: readonly Operation[];
  /** Authorises, limits and answers a request at once. */
  process(arrival: Arrival, nowMs: number): Outcome;
  /** What a fault answers that says nothing else. */
  readonly failure: Answer;
}

/** A documented route, and where it can be reached. */
export interface Operation {
  readonly name: string;
  /** Other paths that lead to it, with the same verb. */
  readonly aliases?: readonly string[];
  /** Whether it lies outside the path that the others are below. */
  readonly outside?: boolean;
}
