import { setMaxListeners } from "node:events";
import type { Caller } from "./caller.js";
import { CallState } from "./state.js";

/** One call to a provider, the same shape for every vendor. Hooks return a changed copy; they do not edit it. */
export interface Call<Args = unknown> {
  /** Unique in this process. */
  readonly id: string;
  readonly provider: string;
  /** Whose quota it is: a workspace, an installation, a fingerprint. Never a secret. */
  readonly account: string;
  /** Of low cardinality: `chat.postMessage`, `GET /repos/{owner}/{repo}`; `other` when unknown. */
  readonly operation: string;
  /** HTTP verb. */
  readonly verb: string;
  readonly access: "read" | "write";
  /** Whether a repetition after an unclear outcome does no harm. */
  readonly idempotent: boolean;
  /** Counted from 1; 0 at the call stage, where no request has been made yet. */
  readonly attempt: number;
  readonly caller: Caller | undefined;
  /** The SDK's own arguments, untouched. */
  readonly args: Args;
  /** Aborts at the deadline and when the caller aborts. */
  readonly signal: AbortSignal;
  /** Instant on the clock's monotonic scale by which the call must have settled, in milliseconds. `Infinity`: none. */
  readonly deadlineMs: number;
  /** Higher goes first among the waiters of one process. */
  readonly priority: number;
  /** Private to this logical call. */
  readonly state: CallState;
  /** Counters the chain keeps; read it, do not write it. */
  readonly progress: Progress;
}

/** What a logical call has done so far. */
export interface Progress {
  attempts: number;
  /** Milliseconds spent waiting for limits. */
  waitedMs: number;
  /** Whether the transport was called in this attempt. */
  sent: boolean;
  readonly parent: Progress | undefined;
}

/** What it takes to make a call. */
export interface CallInit<Args = unknown> {
  readonly provider: string;
  readonly account: string;
  readonly operation: string;
  /** @defaultValue `"GET"` */
  readonly verb?: string;
  /** @defaultValue `"read"` for GET, HEAD and OPTIONS, else `"write"` */
  readonly access?: "read" | "write";
  /** @defaultValue true for reads */
  readonly idempotent?: boolean;
  readonly caller?: Caller | undefined;
  readonly args?: Args;
  readonly signal?: AbortSignal;
  /** @defaultValue `Infinity` */
  readonly deadlineMs?: number;
  /** @defaultValue 0 */
  readonly priority?: number;
}

const reads = new Set(["GET", "HEAD", "OPTIONS"]);
const never = new AbortController().signal;
// Shared by all calls that nobody aborts, so any number of them may listen.
setMaxListeners(0, never);
let count = 0;

/** A new call with its own state. */
export function createCall<Args>(init: CallInit<Args>): Call<Args | undefined> {
  const verb = init.verb ?? "GET";
  const access = init.access ?? (reads.has(verb) ? "read" : "write");
  count += 1;
  return {
    id: count.toString(36),
    provider: init.provider,
    account: init.account,
    operation: init.operation,
    verb,
    access,
    idempotent: init.idempotent ?? access === "read",
    attempt: 0,
    caller: init.caller,
    args: init.args,
    signal: init.signal ?? never,
    deadlineMs: init.deadlineMs ?? Number.POSITIVE_INFINITY,
    priority: init.priority ?? 0,
    state: new CallState(),
    progress: { attempts: 0, waitedMs: 0, sent: false, parent: undefined },
  };
}

/** The same logical call seen as one of the requests it is made of: an upload's steps, a token refresh. */
export function partOf(
  call: Call,
  part: Partial<Pick<Call, "operation" | "verb" | "access" | "idempotent" | "account" | "args">>,
): Call {
  return { ...call, ...part, attempt: 0, progress: { attempts: 0, waitedMs: 0, sent: false, parent: call.progress } };
}

/** The next attempt of a call, with its own wait counter. */
export function nextAttempt(call: Call): Call {
  const whole = call.attempt === 0 ? call.progress : (call.progress.parent ?? call.progress);
  for (let progress: Progress | undefined = whole; progress !== undefined; progress = progress.parent)
    progress.attempts += 1;
  return { ...call, attempt: whole.attempts, progress: { attempts: 0, waitedMs: 0, sent: false, parent: whole } };
}

/** Books time spent waiting for a limit, so that durations can leave it out. Unit: milliseconds. */
export function recordWait(call: Call, waitedMs: number): void {
  for (let progress: Progress | undefined = call.progress; progress !== undefined; progress = progress.parent) {
    progress.waitedMs += waitedMs;
  }
}
