import { createHash } from "node:crypto";
import type { Answer } from "../http/answer.js";
import type { Arrival } from "../http/arrival.js";
import type { Quota } from "./limits/github-limiter.js";
import type { GitHubResource } from "./limits/github-limits.js";
import type { Reply } from "./routes/route.js";

/** What every answer carries. */
export function commonHeaders(requestId: string, wallMs: number, resource: GitHubResource, quota: Quota) {
  return {
    date: new Date(wallMs).toUTCString(),
    server: "github.com",
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
    "x-github-request-id": requestId,
    "x-ratelimit-limit": String(quota.limit),
    "x-ratelimit-remaining": String(quota.remaining),
    "x-ratelimit-used": String(quota.used),
    "x-ratelimit-reset": String(quota.resetSeconds),
    "x-ratelimit-resource": resource,
  };
}

/** The answer that a route's reply makes. What was read can be asked for again on condition that it changed. */
export function replyAnswer(arrival: Arrival, { status = 200, data, headers = {}, updatedMs }: Reply): Answer {
  const body = data === undefined ? "" : typeof data === "string" ? data : JSON.stringify(data);
  const type = data === undefined ? {} : { "content-type": "application/json; charset=utf-8" };
  if (arrival.verb !== "GET" && arrival.verb !== "HEAD") return { status, headers: { ...type, ...headers }, body };
  const etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
  const validators = {
    etag,
    "cache-control": "private, max-age=60, s-maxage=60",
    vary: "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With",
    ...(updatedMs !== undefined && { "last-modified": new Date(updatedMs).toUTCString() }),
  };
  if (status === 200 && isUnchanged(arrival, etag, updatedMs)) return { status: 304, headers: validators, body: "" };
  return { status, headers: { ...type, ...validators, ...headers }, body };
}

/** A tag given wins over a date. */
function isUnchanged(arrival: Arrival, etag: string, updatedMs: number | undefined): boolean {
  const tags = arrival.header("if-none-match");
  if (tags !== undefined) return tags.split(",").some((tag) => opaque(tag) === opaque(etag));
  const since = Date.parse(arrival.header("if-modified-since") ?? "");
  return updatedMs !== undefined && Math.floor(updatedMs / 1_000) * 1_000 <= since;
}

/** Whether a tag is weak does not matter here. */
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}
