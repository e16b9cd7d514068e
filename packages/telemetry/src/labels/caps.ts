import { decisionBuckets, durationBuckets, waitBuckets } from "../catalogue/describe.js";
import { storeModes } from "../families/store-mode.js";
import { requestOutcomes } from "../outcome.js";
import { algorithms, decisions, directions, engineModes, overrideKinds, scopes } from "../policy/closed-lists.js";
import { retryOutcomes, retryReasons } from "../retry-reason.js";

/** Distinct providers of one registry. */
export const MAX_PROVIDERS = 20;
/** Distinct accounts of one registry, of all providers together. */
export const MAX_ACCOUNTS = 100;
/** Distinct callers of one registry at a time. */
export const MAX_CALLERS = 100;
/** A caller not seen for this long gives its slot, and its series, to the next. Unit: milliseconds. */
export const CALLER_IDLE_MS = 15 * 60_000;
/** Places (provider, account, operation) kept apart; later ones show as operation `other`. */
export const MAX_PLACES = 400;
/** Callers in places kept apart; later ones show as caller `other`. */
export const MAX_CALLER_SERIES = 1000;
/** Breakers shown by name; later ones are `other`, which shows the highest value among those of them that are not closed. */
export const MAX_BREAKERS = 100;
/** Policies shown by name, each with its scope. */
export const MAX_POLICIES = 200;
/** Callers under policies kept apart; later ones show as caller `other`. */
export const MAX_VIOLATOR_SERIES = 1000;

/** Places with what stands in for those beyond the cap: operation `other` of each account, account `other` of each provider. */
const places = MAX_PLACES + MAX_ACCOUNTS + 2 * (MAX_PROVIDERS + 1);
const accounts = MAX_ACCOUNTS + MAX_PROVIDERS + 1;
/** Every place may also hold the caller `other` and no caller. */
const callerSeries = MAX_CALLER_SERIES + 2 * places;
const histogramLines = (buckets: readonly number[]): number => buckets.length + 3;
/** With `other` and the empty one; a policy whose scope is not known yet may show twice. */
const policies = 2 * (MAX_POLICIES + 2);
const calls =
  callerSeries * (requestOutcomes.length + 1 + 2 + 1) +
  places *
    (histogramLines(durationBuckets) +
      histogramLines(waitBuckets) +
      1 +
      retryReasons.length * retryOutcomes.length +
      2) +
  accounts * 3 +
  (MAX_PROVIDERS + 1) * storeModes.length +
  (MAX_BREAKERS + 1);
const judgements =
  policies * (decisions.length * engineModes.length + 1 + 1 + directions.length) +
  (MAX_VIOLATOR_SERIES + policies * 2) * engineModes.length +
  histogramLines(decisionBuckets) * algorithms.length +
  scopes.length * engineModes.length +
  1 +
  2 * overrideKinds.length;

/** No registry ever exports more lines than this, whatever is called on whose behalf. */
export const MAX_SERIES = calls + judgements;
