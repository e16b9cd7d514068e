import { type Clock, isSluiceError } from "@sluice/core";
import type { PolicyEngine } from "@sluice/policy";
import { InvalidArgumentError } from "commander";
import { Hono } from "hono";
import { createAttempts } from "../guard/attempts.js";
import type { WithBody } from "../guard/bounded-body.js";
import { refusal, tryLater } from "../refusal.js";
import type { Action } from "./action.js";
import { forceBreaker, resetBreaker } from "./breakers.js";
import { beginEmergency, endEmergency } from "./emergency.js";
import { readBody } from "./fields.js";
import type { VersionedStore } from "./on-version.js";
import { grantOverride, revokeOverride } from "./overrides.js";
import { Refused } from "./refused.js";
import { resetReputation } from "./reputation.js";

/** What changes are made with. */
export interface ActionsOptions {
  readonly engine: PolicyEngine;
  readonly control: VersionedStore;
  readonly readOnly: boolean;
  readonly clock: Clock;
  /** The store's clock. Unit: milliseconds since 1970. */
  readonly nowMs: () => Promise<number>;
  /** Told after each change. */
  readonly onDone: () => void;
  /** Told of what went wrong, and is nobody's mistake. */
  readonly onError: (message: string) => void;
}

/** Changes in a minute. Nobody makes more by hand. */
const MOST_A_MINUTE = 30;

/** The changes that a page may ask for, each a POST with its reason and author. */
export function actionRoutes({
  engine,
  control,
  readOnly,
  clock,
  nowMs,
  onDone,
  onError,
}: ActionsOptions): Hono<WithBody> {
  const actions: Readonly<Record<string, Action>> = {
    "/emergency/begin": beginEmergency,
    "/emergency/end": endEmergency,
    "/breakers/force": forceBreaker,
    "/breakers/reset": resetBreaker,
    "/overrides/grant": grantOverride(nowMs),
    "/overrides/revoke": revokeOverride,
    "/reputation/reset": resetReputation,
  };
  const made = createAttempts(MOST_A_MINUTE, clock);
  const routes = new Hono<WithBody>();
  for (const [path, action] of Object.entries(actions))
    routes.post(path, async (context) => {
      if (readOnly) return refusal(403, "this dashboard is read-only");
      const waitMs = made.waitMs();
      if (waitMs > 0) return tryLater(429, `more than ${MOST_A_MINUTE} changes in a minute`, waitMs);
      made.count();
      try {
        const body = readBody(context.get("body"), action.fields);
        return Response.json({ done: await control.exactly(() => action.run(body, engine)) });
      } catch (error) {
        return answerTo(error, onError);
      } finally {
        onDone();
      }
    });
  return routes;
}

/** What went wrong, told by status; details of what is nobody's mistake stay on the terminal. */
function answerTo(error: unknown, onError: (message: string) => void): Response {
  if (error instanceof Refused) return refusal(error.status, error.message);
  if (error instanceof InvalidArgumentError) return refusal(400, error.message);
  if (isSluiceError(error)) {
    if (error.code === "CONFIG_INVALID") return refusal(400, error.message);
    if (error.code === "CHANGE_CONFLICT") return refusal(409, "others keep changing it: look again");
    if (error.code === "STORE_UNAVAILABLE")
      return refusal(503, "Redis did not answer. Whether it was done is not known: look at the audit when it is back");
  }
  onError(error instanceof Error ? error.message : String(error));
  return refusal(500, "it could not be done; the terminal of the dashboard says why");
}
