import { storeModes } from "../families/store-mode.js";
import { requestOutcomes } from "../outcome.js";
import { algorithms, decisions, directions, engineModes, overrideKinds, scopes } from "../policy/closed-lists.js";
import { rejectionReasons } from "../rejection.js";
import { retryOutcomes, retryReasons } from "../retry-reason.js";

/** What a label may say: the values of a closed list, or in words how the open ones are bounded. */
export interface LabelDescription {
  readonly label: string;
  /** The metric in which the label means this. @defaultValue all others that have it */
  readonly of?: string;
  readonly values: readonly string[] | string;
}

/** Every label, with what it may say. */
export const labelCatalogue: readonly LabelDescription[] = [
  { label: "provider", values: "the client's provider; 20 of them, then `other`" },
  { label: "account", values: "whose quota it is; 100 of them, then `other`" },
  { label: "operation", values: "the operations that the vendor's package knows; `other` for all else" },
  {
    label: "caller",
    values: "on whose behalf; the 100 busiest, the rest `other`; empty for none, or where `callerLabel` says so",
  },
  { label: "policy", values: "names of policies; 200 of them, then `other`; empty where none applied" },
  { label: "breaker", values: "names of breakers; 100 of them, then `other`" },
  { label: "scope", values: scopes },
  { label: "algorithm", values: algorithms },
  { label: "decision", values: decisions },
  { label: "direction", values: directions },
  { label: "kind", values: overrideKinds },
  { label: "mode", values: engineModes },
  { label: "mode", of: "sluice_store_mode", values: storeModes },
  { label: "outcome", of: "sluice_api_requests_total", values: requestOutcomes },
  { label: "outcome", of: "sluice_retry_attempts_total", values: retryOutcomes },
  { label: "reason", of: "sluice_retry_attempts_total", values: retryReasons },
  { label: "reason", of: "sluice_rate_limit_rejected_total", values: rejectionReasons },
];
