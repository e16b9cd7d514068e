import { createHash } from "node:crypto";
import { jsonAnswer, type Answer } from "../http/answer.js";
import type { Arrival, Outcome, Provider } from "../http/arrival.js";
import { gitlabTokens, type Authorization } from "./authorization.js";
import { callerOf, type LimitedRequest } from "./limits/applied-limits.js";
import { gitlabLimiter } from "./limits/gitlab-limiter.js";
import type { GitLabSimulatorConfig } from "./options.js";
import { refusalAnswer, throttleHeaders } from "./refusals.js";
import { ApiError, notFound, unauthorized } from "./routes/api-error.js";
import { readFields, text } from "./routes/fields.js";
import { operations, routes } from "./routes/registry.js";
import type { Fields, Reply, RouteContext } from "./routes/route.js";
import type { WritableGitLabState } from "./state/state.js";
import { sha1 } from "../git/repository.js";

/** GitLab, as far as it is simulated. */
export function gitlabProvider(config: GitLabSimulatorConfig, state: WritableGitLabState): Provider {
  const limiter = gitlabLimiter(config);
  const tokens = gitlabTokens(config.tokens, state);
  let requests = 0;

  const answer = (arrival: Arrival, viewer: Authorization, nowMs: number): Answer =>
    answered(() => {
      if (viewer.kind === "refused") throw viewer.isOauth ? invalidToken() : unauthorized();
      const route = routes[arrival.operation];
      if (route === undefined) throw notFound();
      const { params, url } = arrival;
      const { origin, searchParams: query } = url;
      const context: RouteContext = {
        params,
        url,
        query,
        origin,
        fields: fieldsOf(arrival),
        viewer,
        state,
        tokens,
        nowMs,
      };
      return replyAnswer(arrival, route(context));
    });

  return {
    operations,
    process(arrival, nowMs): Outcome {
      requests += 1;
      const viewer = tokens.authorize({ header: arrival.header, query: arrival.url.searchParams }, nowMs);
      const request = limitedRequest(arrival, viewer, state);
      const { reading, refused } = limiter.decide(request, nowMs);
      const headers = {
        date: new Date(config.wallClock.nowMs()).toUTCString(),
        server: "nginx",
        "x-request-id": requestIdOf(requests),
        ...throttleHeaders(reading),
      };
      const account = callerOf(request);
      if (refused !== undefined) {
        const refusal = refusalAnswer(config, refused, reading);
        return {
          answer: { ...refusal, headers: { ...headers, ...refusal.headers } },
          entry: { account, limit: refused.by.name, cost: 0, accepted: false },
        };
      }
      const given = answer(arrival, viewer, nowMs);
      return {
        answer: { ...given, headers: { ...headers, ...given.headers } },
        entry: {
          account,
          ...(reading !== undefined && { limit: reading.throttle.name, cost: 1 }),
          accepted: viewer.kind !== "refused",
        },
      };
    },
    failure: jsonAnswer({ message: "500 Internal Server Error" }, 500),
  };
}

function limitedRequest(arrival: Arrival, viewer: Authorization, state: WritableGitLabState): LimitedRequest {
  const { operation, params, ip } = arrival;
  const userId = viewer.kind === "user" ? viewer.user.id : undefined;
  return { operation, params, ip, userId, sha: pipelineSha(arrival, state) };
}

/** The commit that a new pipeline would be for, which its limit is counted by. */
function pipelineSha(arrival: Arrival, state: WritableGitLabState): string | undefined {
  if (arrival.operation !== "POST /projects/:id/pipeline") return undefined;
  const { id = "" } = arrival.params;
  const project = state.projects.get(Number(id)) ?? state.project(id);
  const ref = arrival.url.searchParams.get("ref") ?? refIn(arrival);
  return project?.branches.get(ref ?? "")?.commits.at(-1)?.sha;
}

function refIn(arrival: Arrival): string | undefined {
  try {
    return text(fieldsOf(arrival), "ref");
  } catch {
    return undefined;
  }
}

function fieldsOf(arrival: Arrival): Fields {
  const isRead = arrival.verb === "GET" || arrival.verb === "HEAD";
  return isRead ? {} : readFields(arrival.header("content-type"), arrival.body);
}

function answered(perform: () => Answer): Answer {
  try {
    return perform();
  } catch (error) {
    if (error instanceof ApiError) return jsonAnswer(error.body, error.status, { "content-type": "application/json" });
    throw error;
  }
}

/** What was read can be asked for again on condition that it changed; it counts all the same. */
function replyAnswer(arrival: Arrival, { status = 200, data, headers = {} }: Reply): Answer {
  const body = data === undefined ? "" : typeof data === "string" ? data : JSON.stringify(data);
  const type = data === undefined ? {} : { "content-type": "application/json" };
  if (arrival.verb !== "GET" && arrival.verb !== "HEAD") return { status, headers: { ...type, ...headers }, body };
  const etag = `W/"${createHash("md5").update(body).digest("hex")}"`;
  const validators = { etag, "cache-control": "max-age=0, private, must-revalidate", vary: "Origin" };
  if (arrival.header("if-none-match") === etag) return { status: 304, headers: validators, body: "" };
  return { status, headers: { ...type, ...validators, ...headers }, body };
}

function invalidToken(): ApiError {
  const description = "Token is expired. You can either do re-authorization or token refresh.";
  return new ApiError(401, { error: "invalid_token", error_description: description });
}

/** 26 letters and digits. */
function requestIdOf(number: number): string {
  return `01${sha1(String(number)).toUpperCase().slice(0, 24)}`;
}
