import type { Clock } from "@sluice/core";
import type { Families } from "../families/families.js";
import { CALLER_IDLE_MS, MAX_ACCOUNTS, MAX_CALLER_SERIES, MAX_CALLERS, MAX_PLACES, MAX_PROVIDERS } from "./caps.js";
import type { CallerSeries } from "./caller-series.js";
import { labelText, other } from "./label-text.js";
import { openPlace, type Place, type PlaceLabels } from "./place.js";
import { createSlots } from "./slots.js";

/** Finds the series of a call, and keeps their number under the caps. One per registry, shared by its clients. */
export interface Board {
  readonly families: Families;
  provider(name: string): string;
  place(provider: string, account: string, operation: string): Place;
  caller(place: Place, caller: string): CallerSeries;
}

/** Makes a board. What was there first keeps its own series; what comes above a cap is counted under `other`. */
export function createBoard(families: Families, clock: Clock): Board {
  const places = new Map<string, Place>();
  const providers = createSlots({ size: MAX_PROVIDERS, clock });
  const accounts = createSlots({ size: MAX_ACCOUNTS, clock });
  const callers = createSlots({ size: MAX_CALLERS, clock, idleMs: CALLER_IDLE_MS, onRelease: removeCaller });
  let callerSeries = 0;

  function removeCaller(caller: string): void {
    for (const { callers: series } of places.values()) {
      series.get(caller)?.remove();
      if (series.delete(caller)) callerSeries -= 1;
    }
  }

  const provider = (name: string): string => providers.nameFor(labelText(name));

  const admitted = (labels: PlaceLabels): Place => {
    const key = keyOf(labels.provider, labels.account, labels.operation);
    let place = places.get(key);
    if (place === undefined) {
      place = openPlace(families, labels);
      places.set(key, place);
    }
    return place;
  };

  /** The slow way, for a place not seen before or not kept apart. */
  const admit = (rawProvider: string, rawAccount: string, operation: string): Place => {
    const known = provider(rawProvider);
    // An account has its slot together with its provider; one of a provider beyond the cap has none.
    const account = known === other || accounts.nameFor(keyOf(known, rawAccount, "")) === other ? other : rawAccount;
    const full = places.size >= MAX_PLACES || account === other;
    return admitted({ provider: known, account, operation: full ? other : operation });
  };

  return {
    families,
    provider,
    place(rawProvider, rawAccount, rawOperation) {
      const account = labelText(rawAccount);
      const operation = labelText(rawOperation);
      const name = labelText(rawProvider);
      return places.get(keyOf(name, account, operation)) ?? admit(name, account, operation);
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

/** Unambiguous, because label texts hold no control characters. */
function keyOf(provider: string, account: string, operation: string): string {
  return `${provider}\u0000${account}\u0000${operation}`;
}
