import type { Clock } from "@sluice/core";
import type { Charge, LimiterSight, Quota, SightMode } from "@sluice/limiter";
import type { Limiters } from "../assembly/limiters.js";
import type { Mode } from "../options/api-options.js";
import type { ApiInspectOptions, ApiLimits, LimitsSight } from "./api-limits.js";
import { explanationOf, limitOf, limitsOf } from "./explain.js";
import type { Explanation } from "./explanation.js";
import { checkOperation, unknownOperation } from "./find-name.js";
import type { VendorLimits } from "./vendor-limits.js";
import type { WaitingCalls } from "./waiting-calls.js";

/** What asking needs of the assembly. */
export interface LimitsSurroundings {
  readonly provider: string;
  readonly quota: Quota;
  readonly limiters: Limiters;
  readonly waiting: WaitingCalls;
  readonly mode: () => Mode;
  readonly clock: Clock;
}

/** Most waiting calls that are listed. */
const MOST_CALLS = 100;

/** The limits of a client as its users ask about them. */
export function createApiLimits(around: LimitsSurroundings, vendor: VendorLimits, ownQuota: boolean): ApiLimits {
  const { provider, quota, limiters } = around;
  const { account, operations } = vendor;

  const requestsOf: VendorLimits["requests"] = (operation, args) => {
    const name = checkOperation(operation);
    const requests = vendor.requests(name, args);
    if (requests === undefined)
      throw unknownOperation(name, provider, [...operations, ...(vendor.moreNames?.() ?? [])]);
    return requests;
  };
  const explain = (operation: string, args: unknown): Explanation => {
    const requests = requestsOf(operation, args) ?? [];
    return explanationOf({
      provider,
      account: requests[0]?.account ?? account,
      operation: requests.length === 1 ? (requests[0]?.operation ?? operation) : operation,
      enforcement: around.mode(),
      limits: limitsOf(requests, quota, ownQuota, vendor.describe),
    });
  };
  /** The sight of the limiters that a call would ask, for its own buckets. */
  const sightsOf = async ({ operation = "", args, timeoutMs }: ApiInspectOptions): Promise<readonly LimiterSight[]> => {
    const byAccount = new Map<string, Charge[]>();
    for (const call of requestsOf(operation, args) ?? []) {
      const certain = quota(call).filter(
        (charge) => limitOf(charge, call, ownQuota, vendor.describe).needs.length === 0,
      );
      byAccount.set(call.account, [...(byAccount.get(call.account) ?? []), ...certain]);
    }
    return Promise.all([...byAccount].map(([whose, charges]) => limiters.of(whose).inspect(charges, { timeoutMs })));
  };

  return {
    provider,
    account,
    async inspect(options = {}) {
      const sights = await (options?.operation === undefined ? limiters.inspect(options) : sightsOf(options));
      return frozen(sightOf(around, sights));
    },
    explain: (operation, args) => explain(operation, args),
    all: () => operations.map((operation) => explain(operation, undefined)),
  };
}

function sightOf(
  { provider, waiting, mode, limiters, clock }: LimitsSurroundings,
  sights: readonly LimiterSight[],
): LimitsSight {
  const calls = waiting.list();
  const buckets = sights.flatMap((sight) => sight.buckets);
  return {
    provider,
    enforcement: mode(),
    mode: worst(sights.map((sight) => sight.mode)) ?? limiters.storeMode(),
    at: new Date(clock.wallNow()).toISOString(),
    waiting: {
      count: calls.length,
      longestWaitMs: Math.max(0, ...calls.map(({ waitedMs }) => waitedMs)),
      calls: calls.slice(0, MOST_CALLS),
    },
    buckets: buckets.toSorted((one, other) => other.waiting.count - one.waiting.count),
  };
}

const byGravity: readonly SightMode[] = ["closed", "open", "local", "shared", "memory"];

/** Accounts may live on different parts of a store. */
function worst(modes: readonly SightMode[]): SightMode | undefined {
  return byGravity.find((mode) => modes.includes(mode));
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
