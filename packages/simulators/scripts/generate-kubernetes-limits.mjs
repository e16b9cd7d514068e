// Turns data/kubernetes.json into src/kubernetes/generated/published-limits.ts.
// Run: node packages/simulators/scripts/generate-kubernetes-limits.mjs [--check]
import { readFileSync } from "node:fs";
import { emit, renderFigures, renderHead } from "./published-figures.mjs";

const script = "generate-kubernetes-limits.mjs";
const { asOf, sources, kubernetes } = JSON.parse(
  readFileSync(new URL("../data/kubernetes.json", import.meta.url), "utf8"),
);
const output = new URL("../src/kubernetes/generated/published-limits.ts", import.meta.url);
const { apiserver } = sources;
const { maxRequestsInFlight, maxMutatingRequestsInFlight } = kubernetes.serverSide;

const generated = [
  ...renderHead("kubernetes.json", script, { asOf, sources: { apiserver } }),
  ...renderFigures("kubernetesLimits", "What one API server takes at a time.", {
    maxRequestsInFlight,
    maxMutatingRequestsInFlight,
  }),
].join("\n");
emit(output, script, generated);
