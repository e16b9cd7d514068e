import { setMaxListeners } from "node:events";
import { type Clock, sleep, systemClock, withCallOptions } from "@sluice/core";
import type { KeycloakApi } from "@sluice/keycloak";
import type { DesiredRealm } from "./desired-state.js";
import { type Change, ownerOf, type RealmThere, reconcileRealm } from "./reconcile.js";

/** What an operator works with. */
export interface OperatorOptions {
  readonly api: KeycloakApi;
  readonly desired: readonly DesiredRealm[];
  /** Ends the run; what is being done is aborted, and a later run goes on from there. */
  readonly signal?: AbortSignal;
  /** Told of everything that was done. */
  readonly onChange?: (change: Change) => void;
  /** Told of everything that failed and is tried again later. */
  readonly onFailure?: (resource: string, error: unknown) => void;
  readonly clock?: Clock;
}

/** What came of a run. */
export interface RunReport {
  readonly changes: readonly Change[];
  /** Resources that could not be brought to what they should be. */
  readonly failed: readonly string[];
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * One round over everything that should be there: what is there is listed once, then each resource is looked at after a delay of its
 * own, on behalf of its namespace. A failure of one does not stop the others.
 */
export async function runOnce(options: OperatorOptions): Promise<RunReport> {
  const { signal } = options;
  // Every call of the round listens to it.
  if (signal !== undefined) setMaxListeners(0, signal);
  return signal === undefined ? round(options) : withCallOptions({ signal }, () => round(options));
}

/** Rounds until everything is as it should be, with pauses that double while something fails. */
export async function runUntilDone(options: OperatorOptions): Promise<RunReport> {
  const changes: Change[] = [];
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs)) {
    const report = await runOnce(options);
    changes.push(...report.changes);
    if (report.failed.length === 0) return { changes, failed: [] };
    await sleep(pauseMs, options.signal, options.clock ?? systemClock);
  }
}

async function round(options: OperatorOptions): Promise<RunReport> {
  const { api, desired, signal, onChange, onFailure } = options;
  const changes: Change[] = [];
  const failed: string[] = [];
  const done = (change: Change): void => {
    changes.push(change);
    onChange?.(change);
  };
  const attempt = async (resource: string, work: () => Promise<void>): Promise<void> => {
    try {
      await api.startupJitter(signal === undefined ? {} : { signal });
      await work();
    } catch (error) {
      signal?.throwIfAborted();
      failed.push(resource);
      onFailure?.(resource, error);
    }
  };

  let there: Map<string | undefined, RealmThere>;
  try {
    there = new Map((await api.realms.find()).map((realm) => [realm.realm, realm]));
  } catch (error) {
    signal?.throwIfAborted();
    onFailure?.("realms", error);
    return { changes, failed: desired.map(({ realm }) => realm) };
  }
  const wanted = new Set(desired.map(({ realm }) => realm));
  const orphans = [...there].filter(([realm = "", each]) => !wanted.has(realm) && ownerOf(each) !== undefined);
  await Promise.all([
    ...desired.map((each) =>
      attempt(each.realm, () =>
        reconcileRealm(api.as({ namespace: each.namespace }), each, there.get(each.realm), done),
      ),
    ),
    ...orphans.map(([realm = "", each]) =>
      attempt(realm, async () => {
        await api.as({ namespace: String(ownerOf(each)) }).realms.del({ realm });
        done({ action: "deleted", kind: "realm", name: realm });
      }),
    ),
  ]);
  return { changes, failed };
}
