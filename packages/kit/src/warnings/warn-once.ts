/** Makes a function that turns the first failure into a process warning, and keeps silent about those that follow. */
export function warnOnce(what: string, code: string): (error: unknown) => void {
  let warned = false;
  return (error) => {
    if (warned) return;
    warned = true;
    process.emitWarning(`${what}: ${error instanceof Error ? error.message : String(error)}`, {
      type: "SluiceHookWarning",
      code,
    });
  };
}
