// How large a package may be, in bytes: its tarball, and its files unpacked.

/** Complaints about one packed package that outgrew its budget, or has none. */
export function checkSize({ name, packedBytes, unpackedBytes }, budgets) {
  const budget = budgets[name];
  if (budget === undefined) return ["it has no size budget: run the check with --write-budgets"];
  return [
    ["the tarball", packedBytes, budget.packedBytes],
    ["what it unpacks to", unpackedBytes, budget.unpackedBytes],
  ]
    .filter(([, size, most]) => !(size <= most))
    .map(([what, size, most]) => `${what} has ${size} bytes, ${size - most} more than the budget of ${most}`);
}

/**
 * Budgets with a tenth to grow, in whole thousands, so that only a jump needs a decision: for packages that have none and for those that
 * are named. The others keep theirs, and those of packages that are gone are dropped.
 */
export function budgetsFor(packed, budgets, named) {
  const room = (size) => Math.ceil((size * 1.1) / 1000) * 1000;
  return Object.fromEntries(
    packed.map(({ name, packedBytes, unpackedBytes }) => [
      name,
      (named.includes(name) ? undefined : budgets[name]) ?? {
        packedBytes: room(packedBytes),
        unpackedBytes: room(unpackedBytes),
      },
    ]),
  );
}
