import { anObject, type Clock, systemClock, wholeBetween } from "@sluice/core";
import { plan, type PlannedCharge } from "../algorithms/plan.js";
import { createListeners } from "../store/listeners.js";
import { StandingTable } from "../standing/standing-table.js";
import type { Pause, Store, StoreCharge, TakeReply } from "../store/store.js";
import { BucketTable } from "./bucket-table.js";

/** Settings of a store in memory. */
export interface MemoryStoreOptions {
  /**
   * Most buckets held. Idle ones vanish by themselves; when the table is full of busy ones, a new bucket is refused rather
   * than an old one forgotten.
   * Range: whole numbers 1 to 1e7.
   *
   * @defaultValue 100000
   */
  readonly maxBuckets?: number;
  readonly clock?: Clock;
}

/** A store in memory. */
export interface MemoryStore extends Store {
  /** Buckets that are not idle: those that were never used, or are full again, are not held. */
  readonly size: number;
}

/** Buckets in this process alone: for one process, for tests, and while no shared store can be asked. */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  anObject("options", options);
  const clock = options.clock ?? systemClock;
  const table = new BucketTable(wholeBetween("maxBuckets", options.maxBuckets ?? 100_000, 1, 1e7));
  const standings = new StandingTable();
  const pauses = createListeners<Pause>();
  const releases = createListeners<readonly string[]>();
  const nowUs = (): number => Math.round(clock.now() * 1000);

  const opened = (scope: string, charges: readonly StoreCharge[], atUs: number): PlannedCharge[] =>
    charges.map((charge) => ({ bucket: table.open(scope, charge, atUs), cost: charge.cost }));
  const keep = (
    scope: string,
    charges: readonly StoreCharge[],
    buckets: readonly PlannedCharge[],
    atUs: number,
  ): void => {
    const newcomers = charges.filter((charge) => !table.has(scope, charge)).length;
    if (newcomers > 0) table.makeRoom(newcomers, atUs);
    for (const [index, charge] of charges.entries())
      table.keep(scope, charge, (buckets[index] as PlannedCharge).bucket);
  };
  /** Opens the buckets, changes them and keeps them. */
  const change = <Value>(
    scope: string,
    charges: readonly StoreCharge[],
    act: (charge: PlannedCharge, nowUs: number) => Value,
  ): Value[] => {
    const now = nowUs();
    const buckets = opened(scope, charges, now);
    const values = buckets.map((charge) => act(charge, now));
    keep(scope, charges, buckets, now);
    return values;
  };

  return {
    latencyMs: 0,
    immediate: true,
    get size() {
      table.sweepAll(nowUs());
      return table.size;
    },
    decide: (scope, bucket, limit, cost) => table.decide(scope, bucket, limit, cost, nowUs()),
    take(request): TakeReply {
      const { scope, ahead, group, withinMs, id, peek, loan } = request;
      const now = nowUs();
      const charges = standings.scaled(request, now);
      const buckets = opened(scope, charges, now);
      // A full table refuses before anything is taken.
      if (!peek) {
        const newcomers = charges.filter((charge) => !table.has(scope, charge)).length;
        if (newcomers > 0) table.makeRoom(newcomers, now);
      }
      const lender = loan === undefined ? undefined : buckets[0]?.bucket;
      const lendable =
        loan === undefined ? Number.POSITIVE_INFINITY : (lender?.lendable?.(loan.holder, now) ?? 0) - loan.unspent;
      const count = Math.max(0, Math.min(request.count, lendable));
      const done = plan(buckets, { count, ahead, group, withinUs: withinMs * 1000, nowUs: now, id, peek });
      if (loan !== undefined) {
        const tokens = done.slots.reduce((sum, { units }) => sum + units, loan.unspent);
        lender?.lend?.(loan.holder, tokens, now + Math.ceil(loan.leaseMs * 1000), now);
      }
      const left = buckets.map(({ bucket }) => bucket.remaining(now));
      const remaining = Math.min(...left);
      const reply = {
        nowUs: now,
        ...done,
        remaining,
        least: left.indexOf(remaining),
        idleUs: Math.max(...buckets.map(({ bucket }) => bucket.idleAt(now))),
        ...(request.standings === undefined
          ? {}
          : { standings: standings.after(request, done.slots.length === 0 ? done.binding : undefined, now) }),
      };
      if (!peek && (done.slots.length > 0 || loan !== undefined)) keep(scope, charges, buckets, now);
      return reply;
    },
    giveBack({ scope, charges, id, units, loan }) {
      change(scope, charges, ({ bucket, cost }, now) => {
        if (loan !== undefined) return bucket.repay?.(loan.holder, cost * units.length, now);
        for (const { atUs, unit } of units) bucket.giveBack({ atUs, cost, id: `${id}.${unit}` }, now);
      });
      const freed = charges.filter(({ limit }) => limit.kind === "concurrency").map(({ bucket }) => bucket);
      if (freed.length > 0) releases.tell(scope, freed);
    },
    landed({ scope, charges, id, units }) {
      change(scope, charges, ({ bucket, cost }, now) => {
        for (const { atUs, unit } of units) bucket.landed({ atUs, cost, id: `${id}.${unit}` }, now);
      });
    },
    renew({ scope, charges, id, units }) {
      return change(scope, charges, ({ bucket, cost }, now) =>
        units.every(({ atUs, unit }) => bucket.renew({ atUs, cost, id: `${id}.${unit}` }, now)),
      ).every(Boolean);
    },
    observe({ scope, charges, pauseMs, remaining, remainingForMs, refused }) {
      change(scope, charges, ({ bucket }, now) => {
        const endsUs = remainingForMs === undefined ? undefined : now + Math.ceil(remainingForMs * 1000);
        const againUs = now + Math.ceil(pauseMs * 1000);
        if (refused === true) bucket.refused(now, againUs);
        if (pauseMs > 0) bucket.pause(againUs);
        if (remaining !== undefined) bucket.lower(remaining, now, endsUs);
      });
      if (pauseMs > 0) pauses.tell(scope, { buckets: charges.map(({ bucket }) => bucket), pauseMs });
    },
    onPause: pauses.add,
    onRelease: releases.add,
    standings: (scope, subjects, rules) => subjects.map((subject) => standings.see(scope, subject, rules, nowUs())),
    forgive(scope, subjects) {
      for (const subject of subjects) standings.forget(scope, subject);
    },
    async close() {
      table.clear();
      standings.clear();
    },
  };
}
