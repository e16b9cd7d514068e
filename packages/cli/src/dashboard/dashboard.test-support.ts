import { systemClock } from "@sluice/core";
import { onTestFinished } from "vitest";
import type { Terminal } from "../terminal.js";
import { type Run, run, urlOf } from "../terminal.test-support.js";
import { type Answer, ask, type Asking, type Events, openEvents } from "./ask.test-support.js";

/** A dashboard in this process. */
export interface Dashboard {
  readonly run: Run;
  readonly port: number;
  readonly token: string;
  /** Asks as the page does, unless headers say otherwise. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Asks with these headers alone, and the right host. */
  bare(path: string, asking?: Asking): Promise<Answer>;
  events(query?: string): Promise<Events>;
}

/** Opens one; it ends with the test. */
export async function openDashboard(
  where: { readonly url: string; readonly prefix: string },
  line = "",
  more: Partial<Terminal> = {},
): Promise<Dashboard> {
  const patience = line.includes("--timeout") ? "" : "--timeout 9000";
  const started = run(`dashboard --prefix ${where.prefix} ${patience} ${line}`, {
    clock: systemClock,
    user: "tester",
    ...more,
    env: { REDIS_URL: where.url, ...more.env },
  });
  onTestFinished(async () => {
    started.stop();
    await started.exitCode;
  });
  const url = new URL(await urlOf(started));
  const port = Number(url.port);
  const token = new URLSearchParams(url.hash.slice(1)).get("token") ?? more.env?.["SLUICE_DASHBOARD_TOKEN"] ?? "";
  const host = { Host: `127.0.0.1:${port}` };
  const bearer = { ...host, Authorization: `Bearer ${token}` };
  const own = { "Content-Type": "application/json", "X-Sluice-Dashboard": "1" };
  return {
    run: started,
    port,
    token,
    get: (path, headers) => ask(port, path, { headers: { ...bearer, ...headers } }),
    post: (path, body, headers) =>
      ask(port, path, {
        method: "POST",
        headers: { ...bearer, ...own, ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    bare: (path, asking = {}) => ask(port, path, { ...asking, headers: { ...host, ...asking.headers } }),
    async events(query = "") {
      const events = await openEvents(port, `/api/events${query}`, bearer);
      onTestFinished(() => events[Symbol.dispose]());
      return events;
    },
  };
}

/** What went wrong, as it is told. */
export function errorOf({ text }: Answer): unknown {
  return (JSON.parse(text) as { readonly error?: unknown }).error;
}
