import { durationBuckets, waitBuckets } from "../families/families.js";
import { storeModes } from "../families/store-mode.js";
import { requestOutcomes } from "../outcome.js";
import { retryReasons } from "../retry-reason.js";

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

/** Places with what stands in for those beyond the cap: operation `other` of each account, account `other` of each provider. */
const places = MAX_PLACES + MAX_ACCOUNTS + 2 * (MAX_PROVIDERS + 1);
/** Every place may also hold the caller `other` and no caller. */
const callerSeries = MAX_CALLER_SERIES + 2 * places;
const histogramLines = (buckets: readonly number[]): number => buckets.length + 3;

/** No registry ever exports more lines than this, whatever is called on whose behalf. */
export const MAX_SERIES =
  callerSeries * (requestOutcomes.length + 1 + 2 + 1) +
  places * (histogramLines(durationBuckets) + histogramLines(waitBuckets) + 1 + retryReasons.length + 2) +
  (MAX_PROVIDERS + 1) * storeModes.length;
