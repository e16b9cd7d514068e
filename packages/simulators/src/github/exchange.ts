import type { Answer } from "../http/answer.js";
import { jsonAnswer } from "../http/answer.js";
import { sha1 } from "../git/repository.js";
import type { Arrival, Outcome, Provider } from "../http/arrival.js";
import { githubTokens, type Viewer } from "./authorization.js";
import { answerGraphql, openGraphql } from "./graphql/request.js";
import { commonHeaders, replyAnswer } from "./headers.js";
import { isRead, limitedRequest, partyOf } from "./limited-request.js";
import { githubLimiter, partyName } from "./limits/github-limiter.js";
import type { GitHubParty } from "./limits/github-limits.js";
import type { GitHubSimulatorConfig } from "./options.js";
import { errorAnswer, refusalAnswer } from "./refusals.js";
import { ApiError, notFound } from "./routes/api-error.js";
import { readFields } from "./routes/fields.js";
import { graphqlRoute, operations, routes } from "./routes/registry.js";
import type { RouteContext } from "./routes/route.js";
import type { WritableGitHubState } from "./state/state.js";

const documentation = "https://docs.github.com/rest";

/** GitHub, as far as it is simulated. */
export function githubProvider(config: GitHubSimulatorConfig, state: WritableGitHubState): Provider {
  const { wallClock, speed } = config;
  const limiter = githubLimiter(config);
  const tokens = githubTokens(config.tokens, state, wallClock);
  let requests = 0;

  const process = (arrival: Arrival, nowMs: number): Outcome => {
    requests += 1;
    const requestId = requestIdOf(requests);
    const authorization = tokens.authorize(arrival.header("authorization"), nowMs);
    const viewer: Viewer = authorization.kind === "refused" ? { kind: "nobody" } : authorization;
    const party = partyOf(viewer, arrival, state);
    const context = contextOf(arrival, viewer, party, nowMs);
    const graphql = arrival.operation === graphqlRoute ? openGraphql(arrival.body) : undefined;
    const limited = limitedRequest(arrival, party, graphql);
    const { resource } = limited;
    const entry = { account: partyName(party), limit: resource };
    const finish = (answer: Answer): Answer => ({
      ...answer,
      headers: {
        ...commonHeaders(requestId, wallClock.nowMs(), resource, limiter.quota(party, resource, nowMs)),
        ...answer.headers,
      },
    });

    const refusal = config.enforce ? limiter.refusal(limited, nowMs) : undefined;
    if (refusal !== undefined) {
      const answer = refusalAnswer(config, { refusal, party, isGraphql: graphql !== undefined, requestId });
      const limit = refusal.kind === "primary" ? resource : refusal.limit;
      return { answer: finish(answer), entry: { ...entry, limit, cost: 0, accepted: false, throttled: true } };
    }
    if (authorization.kind === "refused") {
      const release = limiter.take(limited, limited.cost, nowMs);
      const answer = errorAnswer(401, authorization.message, documentation);
      return { answer: finish(answer), entry: { ...entry, cost: limited.cost, accepted: false }, release };
    }
    if (graphql !== undefined) {
      // What GraphQL tells of its limit counts the query that asks.
      const release = limiter.take(limited, limited.cost, nowMs);
      const answer = answerGraphql(graphql, context());
      return { answer: finish(answer), entry: { ...entry, cost: limited.cost, accepted: true }, release };
    }
    const answer = answerRest(arrival, context);
    const cost = answer.status === 304 && viewer.kind !== "nobody" ? 0 : limited.cost;
    const release = limiter.take(limited, cost, nowMs);
    return { answer: finish(answer), entry: { ...entry, cost, accepted: true }, release };
  };

  const contextOf = (arrival: Arrival, viewer: Viewer, party: GitHubParty, nowMs: number) => (): RouteContext => ({
    params: arrival.params,
    query: arrival.url.searchParams,
    url: arrival.url,
    origin: arrival.url.origin,
    header: arrival.header,
    fields: isRead(arrival) || arrival.operation === graphqlRoute ? {} : readFields(arrival.body),
    viewer,
    state,
    tokens,
    nowMs,
    wallOf: (limitMs) => wallClock.nowMs() + (limitMs - nowMs) / speed,
    quota: (resource) => limiter.quota(party, resource, nowMs),
  });

  return {
    operations,
    process,
    failure: errorAnswer(500, "Server Error", documentation),
  };
}

function answerRest(arrival: Arrival, context: () => RouteContext): Answer {
  try {
    const route = routes[arrival.operation];
    if (route === undefined) throw notFound();
    return replyAnswer(arrival, route(context()));
  } catch (error) {
    if (error instanceof ApiError) return jsonAnswer(error.body, error.status);
    throw error;
  }
}

/** Five groups of hexadecimal digits. */
function requestIdOf(number: number): string {
  const digits = sha1(String(number)).toUpperCase();
  return [4, 6, 7, 7, 8].map((length, index) => digits.slice(index * 8, index * 8 + length)).join(":");
}
