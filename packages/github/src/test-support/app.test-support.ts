import { systemClock } from "@sluice/core";
import { type LocalServer, type Received, startServer } from "./server.test-support.js";

/** A GitHub that gives tokens to an app's installation: `ghs_1`, `ghs_2` and so on. */
export interface AppServer {
  readonly server: LocalServer;
  /** How many tokens were asked for. */
  asked(): number;
  /** The authorizations of all other requests. */
  used(): readonly (string | undefined)[];
  /** Refuses a token from now on, or so many times. */
  revoke(token: string, times?: number): void;
  /** Refuses to give tokens. */
  fail(status: number): void;
  /** Unit: milliseconds. */
  lifetime(lifetimeMs: number): void;
}

/** @param onRefusal - called for each request with a revoked token. */
export async function appServer(onRefusal: () => void = () => {}): Promise<AppServer> {
  const revoked = new Map<string, number>();
  let [given, refusal, lifetimeMs] = [0, 0, 3_600_000];
  const server = await startServer((request) => {
    if (isForToken(request)) {
      if (refusal !== 0) return { status: refusal, body: { message: "No such installation" } };
      given += 1;
      const expires_at = new Date(systemClock.wallNow() + lifetimeMs).toISOString();
      return { status: 201, body: { token: `ghs_${given}`, expires_at, permissions: { contents: "read" } } };
    }
    const token = authorizationOf(request)?.replace("token ", "") ?? "";
    const left = revoked.get(token) ?? 0;
    revoked.set(token, left - 1);
    if (left <= 0) return { body: { ok: true } };
    onRefusal();
    return { status: 401, body: { message: "Bad credentials" } };
  });
  return {
    server,
    asked: () => given,
    used: () => server.received.filter((request) => !isForToken(request)).map(authorizationOf),
    revoke: (token, times = Infinity) => void revoked.set(token, times),
    fail: (status) => void (refusal = status),
    lifetime: (ms) => void (lifetimeMs = ms),
  };
}

function isForToken({ path }: Received): boolean {
  return path.endsWith("/access_tokens");
}

function authorizationOf({ headers }: Received): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
}
