import type { ControlStore } from "@sluice/limiter";
import { redisControlStore, redisFleet } from "@sluice/limiter-redis";
import { createPolicyEngine } from "@sluice/policy";
import { createColors } from "picocolors";
import { type ConnectionFlags, connectionOf, placeIn } from "../shared/options.js";
import { toJson } from "../shared/print.js";
import { clockOf, type Terminal } from "../terminal.js";
import { onVersion } from "./actions/on-version.js";
import { createApp, type EntryEvent } from "./app.js";
import { readAssets } from "./assets.js";
import { listen, type LoopbackServer } from "./server.js";
import { readToken, type Token } from "./token.js";
import { boundedWarnings } from "./warnings.js";
import { startWatch } from "./watch/watch.js";

/** How it is served. */
export interface DashboardSettings {
  /** 0 for a free one. */
  readonly port: number;
  readonly readOnly: boolean;
  readonly flags: ConnectionFlags;
}

/** Serves the page until the terminal says stop. */
export async function serveDashboard({ port, readOnly, flags }: DashboardSettings, terminal: Terminal): Promise<void> {
  const token = readToken(terminal.env);
  const redis = connectionOf(flags, terminal);
  const clock = clockOf(terminal);
  const onError = boundedWarnings(terminal.err, clock);
  const fleet = redisFleet(redis);
  const space = `policy:${flags.name}`;
  const own = redisControlStore(redis);
  const control = onVersion(own, space);
  const author = terminal.user ?? "cli";
  const engine = createPolicyEngine({ redis, control: control.store, name: flags.name, policies: [], author });
  try {
    // Says at once what is wrong with a Redis that does not answer.
    await fleet.nowMs();
    await engine.ready();
    const watch = startWatch({ fleet, engine, place: placeIn(redis), readOnly, clock, onError });
    let server: LoopbackServer | undefined;
    try {
      const onEntry = readOnly ? shownOn(terminal) : noted(own, space, author, shownOn(terminal), onError);
      const app = createApp({
        token,
        assets: await readAssets(),
        watch,
        engine,
        control,
        readOnly,
        clock,
        onEntry,
        onError,
        port: () => server?.port ?? 0,
        nowMs: () => fleet.nowMs(),
      });
      server = await listening(app, port);
      terminal.out(greeting(server.port, token, readOnly, flags.json, terminal));
      await aborted(terminal.stop);
    } finally {
      await server?.close();
      await watch.close();
    }
  } finally {
    await engine.close();
    await own.close();
    await fleet.close();
  }
}

async function listening(app: Parameters<typeof listen>[0], port: number): Promise<LoopbackServer> {
  try {
    return await listen(app, port);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    throw new Error(`port ${port} is taken; without --port a free one is found`, { cause: error });
  }
}

/** Who tries tokens shows on the terminal. */
function shownOn({ err }: Terminal): (entry: EntryEvent) => void {
  return (entry) => {
    if (entry.type === "refused")
      err(
        entry.attempts === 1
          ? "warning: a wrong token was tried\n"
          : "warning: tokens are being tried: no more for a minute\n",
      );
  };
}

/** The same in the audit: who came, and who was refused; a few entries a minute, however many are tried. */
function noted(
  control: ControlStore,
  space: string,
  author: string,
  shown: (entry: EntryEvent) => void,
  onError: (message: string) => void,
): (entry: EntryEvent) => void {
  return (entry) => {
    shown(entry);
    const action = entry.type === "let-in" ? "dashboard.opened" : "dashboard.refused";
    const reason =
      entry.type === "let-in" ? "somebody came with the token" : `wrong tokens within a minute: ${entry.attempts}`;
    const written = control.change(space, { records: {}, entry: { action, subject: "dashboard", author, reason } });
    written.catch((error: unknown) =>
      onError(`not in the audit: ${error instanceof Error ? error.message : "unknown"}`),
    );
  };
}

/** The token stands behind the `#`, which browsers keep for themselves: no server and no log sees it. */
function greeting(
  port: number,
  { text, isChosen }: Token,
  readOnly: boolean,
  json: boolean | undefined,
  { hasColors }: Terminal,
): string {
  const url = `http://127.0.0.1:${port}/${isChosen ? "" : `#token=${encodeURIComponent(text)}`}`;
  if (json === true) return toJson({ url, readOnly });
  const { bold, dim } = createColors(hasColors);
  const how = isChosen
    ? "It asks for the token of SLUICE_DASHBOARD_TOKEN."
    : "Whoever has this address has the dashboard.";
  return `Dashboard${readOnly ? ", read-only," : ""} at ${bold(url)}\n\n${dim(`${how} Ctrl+C ends it.`)}\n`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
