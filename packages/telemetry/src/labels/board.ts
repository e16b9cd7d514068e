import type { Clock } from "@sluice/core";
import type { Families } from "../families/families.js";
import { CALLER_IDLE_MS, MAX_ACCOUNTS, MAX_CALLER_SERIES, MAX_CALLERS, MAX_PLACES, MAX_PROVIDERS } from "./caps.js";
import type { CallerSeries } from "./caller-series.js";
import { type Jobs, openJobs } from "./jobs.js";
import { labelText, other } from "./label-text.js";
import { openPlace, type Place, type PlaceLabels } from "./place.js";
import { createSlots, type Slots } from "./slots.js";
import { openStoreClients, type StoreClients } from "./store-clients.js";

/** Finds the series of a call, and keeps their number under the caps. One per registry, shared by its clients. */
export interface Board {
  readonly families: Families;
  /** Places of concurrency limits of an account. */
  jobs(provider: string, account: string): Jobs;
  /** Clients of a provider, by where their limits are kept. */
  storeClients(provider: string): StoreClients;
  place(provider: string, account: string, operation: string): Place;
  caller(place: Place, caller: string): CallerSeries;
  /** Names of callers that are kept apart, for all metrics together. */
  readonly callers: Slots;
  /** Told when a caller has lost its slot: its series go. */
  onCallerGone(listener: (caller: string) => void): void;
}

/** Makes a board. What was there first keeps its own series; what comes above a cap is counted under `other`. */
export function createBoard(families: Families, clock: Clock): Board {
  // Nested rather than under one joined key: no text is made to find a place.
  const places = new Map<string, Map<string, Map<string, Place>>>();
  const opened: Place[] = [];
  const jobs = new Map<string, Map<string, Jobs>>();
  const storeClients = new Map<string, StoreClients>();
  const gone = new Set<(caller: string) => void>();
  const providers = createSlots({ size: MAX_PROVIDERS, clock });
  const accounts = createSlots({ size: MAX_ACCOUNTS, clock });
  const callers = createSlots({
    size: MAX_CALLERS,
    clock,
    idleMs: CALLER_IDLE_MS,
    busiest: true,
    onRelease: removeCaller,
  });
  let callerSeries = 0;

  function removeCaller(caller: string): void {
    for (const { callers: series } of opened) {
      series.get(caller)?.remove();
      if (series.delete(caller)) callerSeries -= 1;
    }
    for (const tell of gone) tell(caller);
  }

  const provider = (name: string): string => providers.nameFor(labelText(name));

  const account = (rawProvider: string, rawAccount: string): Omit<PlaceLabels, "operation"> => {
    const known = provider(rawProvider);
    const text = labelText(rawAccount);
    // An account has its slot together with its provider; one of a provider beyond the cap has none. Texts hold no control characters.
    const kept = known !== other && accounts.nameFor(`${known}\u0000${text}`) !== other;
    return { provider: known, account: kept ? text : other };
  };

  const admitted = (labels: PlaceLabels): Place => {
    const byAccount = inner(places, labels.provider);
    const byOperation = inner(byAccount, labels.account);
    let place = byOperation.get(labels.operation);
    if (place === undefined) {
      place = openPlace(families, labels);
      byOperation.set(labels.operation, place);
      opened.push(place);
    }
    return place;
  };

  /** The slow way, for a place not seen before or not kept apart. */
  const admit = (rawProvider: string, rawAccount: string, operation: string): Place => {
    const labels = account(rawProvider, rawAccount);
    const full = opened.length >= MAX_PLACES || labels.account === other;
    return admitted({ ...labels, operation: full ? other : operation });
  };

  return {
    families,
    jobs(rawProvider, rawAccount) {
      const labels = account(rawProvider, rawAccount);
      const byAccount = inner(jobs, labels.provider);
      const found = byAccount.get(labels.account) ?? openJobs(families, labels);
      byAccount.set(labels.account, found);
      return found;
    },
    storeClients(rawProvider) {
      const known = provider(rawProvider);
      const found = storeClients.get(known) ?? openStoreClients(families, known);
      storeClients.set(known, found);
      return found;
    },
    callers,
    onCallerGone: (listener) => void gone.add(listener),
    place(rawProvider, rawAccount, rawOperation) {
      const [name, whose, operation] = [labelText(rawProvider), labelText(rawAccount), labelText(rawOperation)];
      return places.get(name)?.get(whose)?.get(operation) ?? admit(name, whose, operation);
    },
    caller(place, text) {
      const name = text === "" ? "" : callers.nameFor(text);
      const found = place.callers.get(name);
      if (found !== undefined) return found;
      if (name === "" || name === other) return place.openCaller(name);
      if (callerSeries >= MAX_CALLER_SERIES) return place.callers.get(other) ?? place.openCaller(other);
      callerSeries += 1;
      return place.openCaller(name);
    },
  };
}

function inner<Value>(outer: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let map = outer.get(key);
  if (map === undefined) {
    map = new Map();
    outer.set(key, map);
  }
  return map;
}
