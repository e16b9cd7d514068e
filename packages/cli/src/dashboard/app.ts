import { type Clock, isSluiceError } from "@sluice/core";
import type { HttpBindings } from "@hono/node-server";
import type { PolicyEngine } from "@sluice/policy";
import { Hono } from "hono";
import type { VersionedStore } from "./actions/on-version.js";
import { actionRoutes } from "./actions/routes.js";
import type { Asset } from "./assets.js";
import { eventStreams } from "./events.js";
import { createAttempts } from "./guard/attempts.js";
import { authorize } from "./guard/authorize.js";
import { type WithBody, boundedBody } from "./guard/bounded-body.js";
import { secureHeaders } from "./guard/headers.js";
import { sameOrigin } from "./guard/same-origin.js";
import { createSessions } from "./guard/sessions.js";
import { refusal, tryLater } from "./refusal.js";
import { isSameSecret, type Token } from "./token.js";
import type { Watch } from "./watch/watch.js";

/** What the page and its routes stand on. */
export interface AppOptions {
  readonly token: Token;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly watch: Watch;
  readonly engine: PolicyEngine;
  readonly control: VersionedStore;
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly port: () => number;
  readonly nowMs: () => Promise<number>;
  /** Told who was let in and who was not, for the audit. */
  readonly onEntry: (entry: EntryEvent) => void;
  readonly onError: (message: string) => void;
}

/** Somebody came with the token, or with a wrong one. */
export type EntryEvent = { readonly type: "let-in" } | { readonly type: "refused"; readonly attempts: number };

const BEARER = "Bearer ";
/** Walks through the whole audit in a minute, asked for by hand. */
const MOST_VERIFIED = 6;

/** What handlers of the dashboard find in their context. */
export interface AppEnv extends WithBody {
  readonly Bindings: HttpBindings;
}

/** The page without data for everybody on this machine; data and changes for who has the token. */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { token, assets, watch, clock, onEntry, onError } = options;
  const sessions = createSessions(clock);
  const app = new Hono<AppEnv>();
  app.use(secureHeaders);
  app.use(sameOrigin(options.port));
  app.use(
    "/api/*",
    authorize({ token, sessions, clock, onWrong: (attempts) => onEntry({ type: "refused", attempts }) }),
    // After it: of those who are not let in nothing is read.
    boundedBody,
  );

  app.post("/api/session", ({ req }) => {
    // A key that could be changed for a new one would never end.
    if (!isSameSecret(req.header("authorization")?.slice(BEARER.length) ?? "", token.text))
      return refusal(403, "the token itself is needed");
    onEntry({ type: "let-in" });
    return Response.json({ session: sessions.open() });
  });
  app.get("/api/events", eventStreams(watch, clock));
  const verified = createAttempts(MOST_VERIFIED, clock);
  app.post("/api/audit/verify", async () => {
    const waitMs = verified.waitMs();
    if (waitMs > 0) return tryLater(429, "it was checked only just now", waitMs);
    verified.count();
    try {
      return Response.json(await watch.verify());
    } catch (error) {
      if (!isSluiceError(error)) throw error;
      return refusal(503, "Redis did not answer");
    }
  });
  app.route("/api", actionRoutes({ ...options, onDone: () => watch.hurry() }));
  for (const [path, { type, body }] of assets)
    app.get(path, () => new Response(body, { headers: { "Content-Type": type } }));

  app.notFound(() => refusal(404, "there is nothing here"));
  app.onError((error) => {
    onError(error.message);
    return refusal(500, "it could not be done; the terminal of the dashboard says why");
  });
  return app;
}
