import type { Random } from "@sluice/core";
import { createPicker } from "../virtual/seeded.js";

/** Accounts with operations, one bucket for each pair. */
export interface Buckets {
  readonly accounts: number;
  readonly operationsEach: number;
}

/** How often a bucket is asked for: by Zipf's law the n-th account has 1/n of the first's calls, and so have the operations in it. */
export interface Popularity {
  /** Part of all calls that go to a bucket. */
  share(account: number, operation: number): number;
  /** Draws buckets by their shares. */
  picker(random: Random): () => { readonly account: number; readonly operation: number };
}

export function zipf({ accounts, operationsEach }: Buckets): Popularity {
  const ofAccounts = weights(accounts);
  const ofOperations = weights(operationsEach);
  const whole = sum(ofAccounts) * sum(ofOperations);
  return {
    share: (account, operation) => ((ofAccounts[account] ?? 0) * (ofOperations[operation] ?? 0)) / whole,
    picker(random) {
      const account = createPicker(ofAccounts, random);
      const operation = createPicker(ofOperations, random);
      return () => ({ account: account(), operation: operation() });
    },
  };
}

function weights(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 1 / (index + 1));
}

function sum(figures: readonly number[]): number {
  return figures.reduce((a, b) => a + b, 0);
}
