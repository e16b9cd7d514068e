import type { Identity } from "../policies/policy.js";
import { type TopEntry, TopList } from "./top-list.js";

/** What an engine, or one policy of it, has decided in this process since it began or was reset. */
export interface PolicyMetrics {
  /** Decisions. */
  readonly total: number;
  readonly allowed: number;
  readonly denied: number;
  /** Decisions that would have been refusals, had the policy been enforced. */
  readonly shadowDenied: number;
  /** Share of decisions that met the limit, in shadow or not: 0 to 1; 0 without decisions. */
  readonly hitRate: number;
  /** Whole tokens left after a decision, on average; 0 without decisions that knew. */
  readonly averageRemaining: number;
  /** Who met the limit most often; bounded lists. */
  readonly violations: {
    readonly user: readonly TopEntry[];
    readonly ip: readonly TopEntry[];
    readonly endpoint: readonly TopEntry[];
  };
}

/** Names watched a list, and names shown. */
const WATCHED = 200;
const SHOWN = 20;

/** Counts decisions. */
export class MetricsBook {
  readonly #all = new Tally();
  readonly #byPolicy = new Map<string, Tally>();

  /** One request, whatever it met. */
  decided(identity: Identity, allowed: boolean, remaining: number): void {
    this.#all.count(allowed ? "allowed" : "denied", remaining, identity);
  }

  /** What one policy said of it. */
  judged(policy: string, verdict: Verdict, remaining: number, identity: Identity): void {
    let tally = this.#byPolicy.get(policy);
    if (tally === undefined) {
      tally = new Tally();
      this.#byPolicy.set(policy, tally);
    }
    tally.count(verdict, remaining, identity);
    if (verdict === "shadow-denied") this.#all.shadowDenied += 1;
  }

  read(policy?: string): PolicyMetrics {
    if (policy === undefined) return this.#all.read();
    return (this.#byPolicy.get(policy) ?? new Tally()).read();
  }

  names(): string[] {
    return [...this.#byPolicy.keys()];
  }

  reset(policy?: string): void {
    if (policy !== undefined) {
      this.#byPolicy.delete(policy);
      return;
    }
    this.#all.reset();
    this.#byPolicy.clear();
  }
}

/** What a policy said. */
export type Verdict = "allowed" | "denied" | "shadow-denied";

class Tally {
  total = 0;
  allowed = 0;
  denied = 0;
  shadowDenied = 0;
  #remaining = 0;
  #known = 0;
  #lists: { user: TopList; ip: TopList; endpoint: TopList } | undefined;

  count(verdict: Verdict, remaining: number, identity: Identity): void {
    this.total += 1;
    if (Number.isFinite(remaining)) {
      this.#remaining += remaining;
      this.#known += 1;
    }
    if (verdict === "allowed") {
      this.allowed += 1;
      return;
    }
    if (verdict === "denied") this.denied += 1;
    else this.shadowDenied += 1;
    // Only what was refused at some time costs memory.
    this.#lists ??= { user: new TopList(WATCHED), ip: new TopList(WATCHED), endpoint: new TopList(WATCHED) };
    const { user, ip, endpoint } = identity;
    if (user !== undefined) this.#lists.user.add(user);
    if (ip !== undefined) this.#lists.ip.add(ip);
    if (endpoint !== undefined) this.#lists.endpoint.add(endpoint);
  }

  read(): PolicyMetrics {
    const { total } = this;
    const met = this.denied + this.shadowDenied;
    return {
      total,
      allowed: this.allowed,
      denied: this.denied,
      shadowDenied: this.shadowDenied,
      hitRate: total === 0 ? 0 : Math.min(1, met / total),
      averageRemaining: this.#known === 0 ? 0 : this.#remaining / this.#known,
      violations: {
        user: this.#lists?.user.top(SHOWN) ?? [],
        ip: this.#lists?.ip.top(SHOWN) ?? [],
        endpoint: this.#lists?.endpoint.top(SHOWN) ?? [],
      },
    };
  }

  reset(): void {
    this.total = 0;
    this.allowed = 0;
    this.denied = 0;
    this.shadowDenied = 0;
    this.#remaining = 0;
    this.#known = 0;
    this.#lists = undefined;
  }
}
