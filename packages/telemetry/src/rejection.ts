/** Everything the `reason` label of a rejection may say: a strategy said no, the cost can never fit, or a policy refused. */
export const rejectionReasons = ["rejected", "impossible", "policy"] as const;
