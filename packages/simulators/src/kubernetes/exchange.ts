import { type Answer, jsonAnswer } from "../http/answer.js";
import type { Arrival, Outcome, Provider } from "../http/arrival.js";
import { type KubernetesUser, mayWorkIn, userOf } from "./authorization.js";
import { kubernetesLimiter } from "./limits/kubernetes-limiter.js";
import type { KubernetesSimulatorConfig } from "./options.js";
import { routes } from "./routes/registry.js";
import type { WritableKubernetesState } from "./state/state.js";
import { statusAnswer, StatusError } from "./status.js";

const reads = new Set(["GET", "HEAD", "OPTIONS"]);
/** On every answer of a server with priority and fairness. */
const fairness = {
  "x-kubernetes-pf-flowschema-uid": "5a3b1c2d-0000-4000-8000-000000000001",
  "x-kubernetes-pf-prioritylevel-uid": "5a3b1c2d-0000-4000-8000-000000000002",
} as const;

/** A cluster's API server, as far as it is simulated. */
export function kubernetesProvider(config: KubernetesSimulatorConfig, state: WritableKubernetesState): Provider {
  const limiter = kubernetesLimiter(config);
  const operations = Object.keys(routes).map((name) => ({ name }));
  return {
    operations,
    failure: statusAnswer(new StatusError(500, "InternalError", "Internal error occurred")),
    process(arrival, nowMs): Outcome {
      const owner = userOf(arrival.header("authorization"), config.tokens);
      if (owner === undefined) {
        const answer = statusAnswer(new StatusError(401, "Unauthorized", "Unauthorized"));
        return { answer, entry: { accepted: false } };
      }
      const account = `user ${owner.user}`;
      const admission = limiter.admit(owner.user, !reads.has(arrival.verb), nowMs);
      if (admission.kind === "refused") {
        const { limit, retryAfterSeconds } = admission;
        return {
          answer: tooMany(retryAfterSeconds),
          entry: { account, limit, cost: 0, accepted: false, throttled: true },
        };
      }
      const { limit, release } = admission;
      const { headers, ...answer } = answerOf(arrival, owner, state);
      return {
        answer: { ...answer, headers: { ...headers, ...fairness } },
        entry: { account, limit, cost: 1, accepted: true },
        release,
      };
    },
  };
}

/** As the filter in front of everything refuses: plain text, no object. */
function tooMany(retryAfterSeconds: number): Answer {
  return {
    status: 429,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "retry-after": String(retryAfterSeconds),
      ...fairness,
    },
    body: "Too many requests, please try again later.\n",
  };
}

function answerOf(arrival: Arrival, owner: KubernetesUser, state: WritableKubernetesState): Answer {
  try {
    const route = routes[arrival.operation];
    if (route === undefined) throw new StatusError(404, "NotFound", "the server could not find the requested resource");
    if (!mayWorkIn(owner, arrival.params["namespace"])) {
      const said = `User "${owner.user}" cannot ${arrival.verb} ${arrival.url.pathname}`;
      throw new StatusError(403, "Forbidden", `forbidden: ${said}`);
    }
    const { status, data } = route(arrival, state);
    return jsonAnswer(data, status);
  } catch (error) {
    if (error instanceof StatusError) return statusAnswer(error);
    throw error;
  }
}
