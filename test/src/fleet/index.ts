// Processes that share one limit, and the arithmetic of what they were granted.
export { type Bound, jain, worstExcess } from "./ledger.js";
