import type { Octokit } from "@octokit/rest";
import type { Options } from "./octokit-hook.js";

/**
 * Makes a client's requests go out through another one, whose hooks, authentication and log they share.
 *
 * @param around - runs each of them.
 */
export function sendThrough(
  client: Octokit,
  through: Octokit,
  around: <Value>(send: () => Promise<Value>) => Promise<Value>,
): void {
  client.hook.wrap("request", (_send, options) => {
    // Its own hook among them would lead back here.
    const { hook: _hook, ...request } = options.request as Options["request"] & { hook?: unknown };
    return around(() => through.request({ ...options, request }));
  });
  client.auth = through.auth;
  client.log = through.log;
  client.hook = through.hook;
}
