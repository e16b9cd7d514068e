import { scaledClock } from "../clock.js";
import { faultQueue, type Fault } from "../http/fault.js";
import { listen } from "../http/listen.js";
import type { Ledger } from "../ledger/ledger.js";
import { createStranger, type Stranger } from "../limits/stranger.js";
import { knownTokens } from "./authorization.js";
import { slackLimiter } from "./limits/slack-limiter.js";
import { resolveSlackSimulator, type SlackSimulatorOptions } from "./options.js";
import { slackRoutes } from "./routes.js";
import { createState, type SlackState } from "./state/state.js";

/** A running Slack simulator. @public */
export interface SlackSimulator extends AsyncDisposable {
  /** Base address of the API, for the client's `slackApiUrl`: `http://127.0.0.1:<port>/api/`. */
  readonly url: string;
  /** Every request and how it was answered. */
  readonly ledger: Ledger;
  /** What the simulated workspaces hold. */
  readonly state: SlackState;
  /** The unseen client that competes for the limits; absent until it joins or was given as an option. */
  readonly stranger: Stranger;
  /** Now, by the limit clock that also stamps the ledger. Unit: milliseconds since the start, times `speed`. */
  nowMs(): number;
  /**
   * Makes the next request, or the next few, fail in a chosen way. Faults strike in the order they were asked for.
   * The upload of a file's bytes goes by the method name `upload`.
   */
  failNext(fault: Fault): void;
  /** Forgets the faults that have not struck yet. */
  clearFaults(): void;
  /** Cuts every connection and frees the port. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a server on the loopback interface that behaves like Slack's Web API and enforces its
 * published limits.
 *
 * @throws RangeError when an option is out of range.
 * @public
 */
export async function startSlackSimulator(options: SlackSimulatorOptions = {}): Promise<SlackSimulator> {
  const config = resolveSlackSimulator(options);
  const { ledger, enforce, speed, wallClock, nextLatencyMs } = config;
  const state = createState(config.workspaces, config.seeds, wallClock);
  const limitClock = scaledClock(config.clock, speed);
  const stranger = createStranger(limitClock, config.stranger);
  const limiter = slackLimiter(config.limits, config.makeCounter, stranger);
  const tokens = knownTokens(config.tokens);
  const faults = faultQueue();
  const controller = new AbortController();
  const exchange = { state, tokens, limiter, enforce, speed };
  const routes = slackRoutes({
    ...exchange,
    faults,
    ledger,
    limitClock,
    wallClock,
    nextLatencyMs,
    closing: controller.signal,
  });
  const listener = await listen((request, bindings) => routes.fetch(request, bindings), { port: config.port });

  const close = async (): Promise<void> => {
    controller.abort();
    await listener.close();
  };
  return {
    url: `${listener.origin}/api/`,
    ledger,
    state,
    stranger,
    nowMs: () => limitClock.nowMs(),
    failNext: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
