import { createFakeClock, type FakeClock } from "@sluice/core/testing";
import { createKeycloakApi, type KeycloakApi, type KeycloakFactoryOptions } from "@sluice/keycloak";
import { type KeycloakSimulator, startKeycloakSimulator } from "@sluice/simulators";
import { onTestFinished } from "vitest";
import type { DesiredRealm } from "../src/desired-state.js";

/** A request that left, by the fake clock. */
export interface Sent {
  readonly atMs: number;
  readonly namespace: string | undefined;
  readonly operation: string;
}

/** An operator's client before a simulated Keycloak, on a clock that moves when told. */
export interface Bench {
  readonly api: KeycloakApi;
  readonly keycloak: KeycloakSimulator;
  readonly clock: FakeClock;
  readonly sent: readonly Sent[];
  /** Lets time pass until the work is done; requests are real, so the clock waits for their answers. */
  pass<Result>(work: Promise<Result>, stepMs?: number): Promise<Result>;
  /** Lets that much time pass. */
  passMs(durationMs: number, stepMs?: number): Promise<void>;
}

let benches = 0;

export async function bench(options: KeycloakFactoryOptions = {}): Promise<Bench> {
  const keycloak = await startKeycloakSimulator({ tokenLifetimeSeconds: 36_000 });
  const clock = createFakeClock();
  const sent: Sent[] = [];
  const inFlight = new Set<string>();
  benches += 1;
  const api = createKeycloakApi(`operator-${benches}`, {
    baseUrl: keycloak.url,
    auth: { grantType: "client_credentials", clientId: "operator", clientSecret: "secret" },
    env: {},
    clock,
    random: randomFrom(benches),
    ...options,
    hooks: [
      {
        name: "bench",
        before: ({ id, caller, operation }) => {
          inFlight.add(id);
          sent.push({ atMs: clock.now(), namespace: caller?.namespace, operation });
        },
        after: ({ id }) => void inFlight.delete(id),
        error: ({ id }) => void inFlight.delete(id),
      },
    ],
  });
  onTestFinished(async () => {
    await api.close();
    await keycloak.close();
  });
  const answers = async (): Promise<void> => {
    do await turn();
    while (inFlight.size > 0);
    await turn();
  };
  const step = async (stepMs: number): Promise<void> => {
    await answers();
    await clock.advance(stepMs);
    await answers();
  };
  return {
    api,
    keycloak,
    clock,
    sent,
    async pass(work, stepMs = 200) {
      const state = { done: false };
      const end = (): void => void (state.done = true);
      work.then(end, end);
      await answers();
      while (!state.done) await step(stepMs);
      return work;
    },
    async passMs(durationMs, stepMs = 200) {
      for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) await step(stepMs);
    },
  };
}

/** A turn of the event loop, so that sockets are read. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Realms without clients, so that each is one request. */
export function realmsOf(namespace: string, count: number): readonly DesiredRealm[] {
  return Array.from({ length: count }, (_, index) => ({ namespace, realm: `${namespace}-${index}` }));
}

/** Even enough, and the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
