import type { TakeReply } from "@sluice/limiter";
import type { Question } from "./judge.js";

/** Longest that a refusal is believed: what others give back, or an administrator refills, shows after that. Unit: milliseconds. */
const LONGEST_MS = 500;

/** Refusals of a store, until it may answer otherwise: whoever asks again before that need not cost a command. */
export class Refusals {
  readonly #byQuestion = new WeakMap<Question, { readonly reply: TakeReply; readonly heardMs: number }>();

  /** Takes note of an answer; only refusals are kept. */
  note(question: Question, reply: TakeReply, nowMs: number): void {
    if (reply.slots.length === 0) this.#byQuestion.set(question, { reply, heardMs: nowMs });
  }

  /** The refusal as the store would repeat it now; undefined where it has to be asked. */
  of(question: Question, nowMs: number): TakeReply | undefined {
    const known = this.#byQuestion.get(question);
    if (known === undefined) return undefined;
    const { reply, heardMs } = known;
    const elapsedMs = nowMs - heardMs;
    if (elapsedMs < Math.min(LONGEST_MS, (reply.nextUs - reply.nowUs) / 1000))
      return { ...reply, nowUs: reply.nowUs + elapsedMs * 1000 };
    this.#byQuestion.delete(question);
    return undefined;
  }
}
