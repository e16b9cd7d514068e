import type { Hook } from "./hook.js";

/** The chain as text, outermost hook first. */
export function describeHooks(call: readonly Hook[], attempt: readonly Hook[]): string {
  return [
    "call stage, once per logical call, outermost first:",
    ...lines(call),
    "attempt stage, once per HTTP request, outermost first:",
    ...lines(attempt),
    "  transport",
  ].join("\n");
}

function lines(hooks: readonly Hook[]): string[] {
  if (hooks.length === 0) return ["  (no hooks)"];
  return hooks.map((hook, index) => `  ${index + 1}. ${hook.name} (${kinds(hook).join(", ") || "nothing"})`);
}

function kinds(hook: Hook): string[] {
  return (["before", "wrap", "after", "error"] as const).filter((kind) => hook[kind] !== undefined);
}
