import { scaledClock } from "../clock.js";
import { faultQueue, type Fault } from "../http/fault.js";
import { listen } from "../http/listen.js";
import type { Ledger } from "../ledger/ledger.js";
import { tokenBucket } from "../limits/token-bucket.js";
import { answerRequest } from "./exchange.js";
import { type KeycloakSimulatorOptions, resolveKeycloakSimulator } from "./options.js";
import { adminRoutes, routeFinder } from "./routes/find-route.js";
import { tokenRoute } from "./routes/token.js";
import { createState, type KeycloakState } from "./state/state.js";
import { createTokens } from "./tokens.js";

/** A running Keycloak simulator. @public */
export interface KeycloakSimulator extends AsyncDisposable {
  /** Base address of the server, for the client's `baseUrl`: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Every request and how it was answered. Methods are `GET /admin/realms/{realm}/clients`, or `GET other`. */
  readonly ledger: Ledger;
  /** What the server holds. */
  readonly state: KeycloakState;
  /** Now, by the clock that also stamps the ledger. Unit: milliseconds since the start, times `speed`. */
  nowMs(): number;
  /** Makes the next request, or the next few, fail in a chosen way. Faults strike in the order they were asked for. */
  failNext(fault: Fault): void;
  /** Forgets the faults that have not struck yet. */
  clearFaults(): void;
  /**
   * From now on every request fails; the ledger goes on recording them.
   *
   * @param how - what becomes of them. Default: connections are cut without an answer.
   */
  down(how?: Pick<Fault, "action" | "status" | "headers" | "body">): void;
  /** Ends an outage; what was there is still there. */
  up(): void;
  /** No token handed out so far is good any more, as after a change of keys. */
  revokeTokens(): void;
  /** Cuts every connection and frees the port. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a server on a free port of the loopback interface that behaves like Keycloak's admin REST API: realms, clients, users, roles,
 * groups, client scopes, components and identity providers, behind tokens that expire.
 *
 * @throws RangeError when an option is out of range.
 * @public
 */
export async function startKeycloakSimulator(options: KeycloakSimulatorOptions = {}): Promise<KeycloakSimulator> {
  const config = resolveKeycloakSimulator(options);
  const { ledger, clients, users, limit, speed, wallClock, nextLatencyMs } = config;
  const state = createState(config.realms);
  const limitClock = scaledClock(config.clock, speed);
  const lifetimeSeconds = { access: config.tokenLifetimeSeconds, refresh: config.refreshLifetimeSeconds };
  let origin = "";
  const tokens = createTokens({ issuer: () => origin, lifetimeSeconds, wallClock });
  const faults = faultQueue();
  const controller = new AbortController();
  let outage: Fault | undefined;
  const parts = {
    state,
    tokens,
    find: routeFinder([tokenRoute({ tokens, clients, users, lifetimeSeconds }), ...adminRoutes]),
    faults,
    outage: () => outage,
    ledger,
    limit: limit === undefined ? undefined : tokenBucket(limit.perMinute, { tokens: limit.burst }),
    limitClock,
    wallClock,
    speed,
    nextLatencyMs,
    closing: controller.signal,
  };
  const listener = await listen((request, bindings) => answerRequest(parts, request, bindings), { port: config.port });
  origin = listener.origin;
  const close = async (): Promise<void> => {
    controller.abort();
    await listener.close();
  };
  return {
    url: origin,
    ledger,
    state,
    nowMs: () => limitClock.nowMs(),
    failNext: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    down: (how = { action: "drop" }) => void (outage = how),
    up: () => void (outage = undefined),
    revokeTokens: () => tokens.revokeAll(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
