/**
 * Faults of types that are known and not ours to mend at once, each with the releases of the compiler that show it. A fault that
 * shows itself nowhere any more is a complaint, so that the list shrinks.
 */
export function knownFaultsIn(list) {
  const seen = new Set();
  return {
    /** The errors that are not known. */
    unknown(errors, version) {
      return errors.filter((error) => {
        const fault = list.find(({ file, text, compilers }) => {
          return error.includes(file) && error.includes(text) && compilers.includes(version);
        });
        if (fault !== undefined) seen.add(fault);
        return fault === undefined;
      });
    },
    seen: () => list.filter((fault) => seen.has(fault)).map(({ file, why }) => `${file}: ${why}`),
    unseen: () =>
      list
        .filter((fault) => !seen.has(fault))
        .map(({ file }) => `${file} has no fault any more: remove it from the list`),
  };
}
