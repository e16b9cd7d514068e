/** Loads entries inside a project, on the Node whose program is named. */
export function loadEntries(
  project: string,
  node: string,
  specifiers: readonly string[],
): { readonly node: string; readonly canRequire: boolean; readonly failures: readonly string[] };
