// Generated from data/kubernetes.json by scripts/generate-kubernetes-limits.mjs; do not edit.
// Figures as of source trees of July and August 2026. Sources:
//   apiserver: kubernetes/apiserver@24a394e516bfda066d7e2221d7d92c052de27c54
import type { PublishedFigure } from "../../limits/published-figure.js";

/** What one API server takes at a time. @public */
export const kubernetesLimits = {
  "maxRequestsInFlight": { limit: 400, windowMs: 0, scope: "per API server, read-only and non-long-running", source: "apiserver" },
  "maxMutatingRequestsInFlight": { limit: 200, windowMs: 0, scope: "per API server, mutating", source: "apiserver" },
} as const satisfies Readonly<Record<string, PublishedFigure>>;
