import type { Clock } from "@sluice/core";
import { systemClock } from "@sluice/core";
import type { ApiLimits } from "./api-limits.js";
import { explanationOf } from "./explain.js";
import type { Explanation } from "./explanation.js";
import { checkOperation, unknownOperation } from "./find-name.js";
import type { VendorLimits } from "./vendor-limits.js";

/** A client that was constructed plainly. */
export interface PlainLimits extends Pick<VendorLimits, "account" | "operations" | "requests" | "moreNames"> {
  readonly provider: string;
  /** What makes a client with limits: `createSlackApi`. */
  readonly factory: string;
  readonly clock?: Clock | undefined;
}

/** The limits of a client that has none: it says so. */
export function plainLimits(plain: PlainLimits): ApiLimits {
  const { provider, account, factory, operations, requests, clock } = plain;
  const explain = (operation: string, args: unknown): Explanation => {
    const name = checkOperation(operation);
    const calls = requests(name, args);
    if (calls === undefined) throw unknownOperation(name, provider, [...operations, ...(plain.moreNames?.() ?? [])]);
    const own = calls.length === 1 ? (calls[0]?.operation ?? name) : name;
    return explanationOf({
      provider,
      account,
      operation: own,
      enforcement: "disabled",
      limits: [],
      text: `Nothing limits ${own} (${provider}, account ${account}): this client was constructed plainly, it only measures. ${factory} makes one that keeps the limits.`,
    });
  };
  return {
    provider,
    account,
    async inspect(options = {}) {
      if (options.operation !== undefined) explain(options.operation, options.args);
      return Object.freeze({
        provider,
        enforcement: "disabled",
        mode: "memory",
        at: new Date((clock ?? systemClock).wallNow()).toISOString(),
        waiting: Object.freeze({ count: 0, longestWaitMs: 0, calls: Object.freeze([]) }),
        buckets: Object.freeze([]),
      });
    },
    explain: (operation, args) => explain(operation, args),
    all: () => operations.map((operation) => explain(operation, undefined)),
  };
}
