import type { Clock, Timer } from "@sluice/core";
import type { StoreCharge, TakeReply } from "../store/store.js";
import { BookedUnits, ROUNDING_MS } from "./booked-units.js";
import { giveBackUnits } from "./give-back-units.js";
import { leastWaitMs } from "./pace.js";
import { Spare } from "./spare.js";
import { LaneTiming, type TimingSurroundings } from "./timing.js";
import type { Refusal, Unit, Waiter } from "./waiter.js";
import { WaiterQueue } from "./waiter-queue.js";

/** What a lane needs from its limiter. */
export interface LaneSurroundings extends TimingSurroundings {
  readonly scope: string;
  readonly clock: Clock;
  /** A name no other question has. */
  readonly nextId: () => string;
  /** Told when this lane gets its first waiter, or loses its last. */
  readonly onWaiting: (lane: Lane, waiting: boolean) => void;
}

/** Clocks of store and process are matched by replies, which arrive late by some of this. Unit: milliseconds. */
const TOLERANCE_MS = 20;

/**
 * All those of one process who wait for the same charges. They ask the store together, for a small chunk; the n-th of them
 * gets the n-th unit. Only the chunk is booked, so who goes first, who leaves and who is too late is settled here, exactly.
 */
export class Lane {
  readonly #queue = new WaiterQueue();
  readonly #booked = new BookedUnits();
  readonly #timing: LaneTiming;
  readonly #spare: Spare;
  #waited = false;
  #asking = false;
  /** Whether something came free while the store was being asked: its answer may be from before that. */
  #outdated = false;
  /** When the next unit could be had, as the store last said. On the limiter's clock. */
  #nextMs = Number.NEGATIVE_INFINITY;
  /** Index of the charge that decides when the next unit can be had. */
  #binding = 0;
  #heldUntilMs = Number.NEGATIVE_INFINITY;
  /** When the last unit was, or will be, due. */
  #servedMs = Number.NEGATIVE_INFINITY;
  #wake: Timer | undefined;
  #due: Timer | undefined;
  #closed = false;
  /** An answer without a unit is not asked for again within a millisecond, whatever rounding says. */
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly charges: readonly StoreCharge[],
    readonly around: LaneSurroundings,
  ) {
    this.#timing = new LaneTiming(charges, around);
    this.#spare = new Spare(around.clock, (unit) => this.#giveBack([unit]));
  }

  get waiting(): number {
    return this.#queue.size + this.#booked.size;
  }

  get idle(): boolean {
    return this.waiting === 0 && !this.#asking && this.#spare.empty;
  }

  /** Milliseconds that a newcomer would wait at the least, as far as is known here. */
  leastWaitMs(priority: number): number {
    // Only an empty bucket makes those ahead a matter of time; until the store has said that it is, nobody is refused here.
    if (!this.#timing.foreseeable(this.#binding) || this.waiting === 0 || this.#nextMs <= this.around.clock.now())
      return 0;
    const aheadMs = leastWaitMs(this.#emptied, this.#queue.ahead(priority));
    return Math.max(0, this.#nextMs + aheadMs - this.around.clock.now());
  }

  /** What is known to be empty: the bucket that decides. The others may be full for all that is known here. */
  get #emptied(): readonly StoreCharge[] {
    return this.charges.slice(this.#binding, this.#binding + 1);
  }

  get nextBucket(): string {
    return this.charges[this.#binding]?.bucket ?? "";
  }

  /** Joins the waiters. Refused at once when the wait surely cannot end in time. */
  join(waiter: Waiter): void {
    const spare = this.waiting === 0 && !this.#asking ? this.#spare.take(waiter) : undefined;
    if (spare !== undefined) {
      this.#booked.add(spare, waiter);
      this.#grantDue();
      this.#schedule();
      return;
    }
    if (this.#overtake(waiter)) return;
    const leastMs = this.leastWaitMs(waiter.priority);
    if (this.around.clock.now() + leastMs > waiter.deadlineMs) {
      waiter.refuse({ kind: "late", retryAfterMs: leastMs, bucket: this.nextBucket });
      return;
    }
    this.#queue.push(waiter);
    // With units booked there is time until the last of them is due; whoever comes meanwhile travels along.
    if (this.#booked.size > 0) this.#schedule();
    else {
      this.#tellWaiting();
      this.#pump();
    }
  }

  /** Leaves early; what was booked for the waiter goes to the next, or back. */
  leave(waiter: Waiter): void {
    const free = this.#booked.leave(waiter);
    if (free === undefined) this.#queue.remove(waiter);
    else this.#giveBack(this.#assign([free]));
    this.#schedule();
  }

  /** Nothing before the pause has passed: units booked before go back, their holders wait on in their old order. */
  hold(pauseMs: number): void {
    this.#spare.drop();
    const untilMs = this.around.clock.now() + pauseMs;
    if (untilMs <= this.#heldUntilMs) return;
    this.#heldUntilMs = untilMs;
    this.#nextMs = Math.max(this.#nextMs, untilMs);
    const { units, holders } = this.#booked.clear();
    for (const holder of holders.toReversed()) this.#queue.unshift(holder);
    this.#giveBack(units);
    this.#refuseLate();
    this.#schedule();
  }

  /** Asks again soon: what the store last said may be out of date. */
  refresh(): void {
    this.#outdated = this.#asking;
    this.#nextMs = this.#heldUntilMs;
    this.#schedule();
  }

  /** Ends all waits. */
  close(error: unknown): void {
    this.#closed = true;
    this.#spare.drop();
    const { units, holders } = this.#booked.clear();
    this.#giveBack(units);
    this.#refuseAll([...holders, ...this.#drain()], error);
    this.#schedule();
  }

  /** Goes before holders of a lower priority, the last of whom waits on; but nobody whose turn has come by age is put back. */
  #overtake(waiter: Waiter): boolean {
    const behind = (holder: Waiter): boolean => waiter.priority > holder.priority && !this.#queue.hasTurn(holder);
    const put = this.#booked.overtake(waiter, behind);
    if (put === undefined) return false;
    this.#queue.unshift(put);
    this.#pump();
    return true;
  }

  #pump(): void {
    if (this.#asking || this.#closed || this.#queue.size === 0 || this.#wake !== undefined) return;
    this.#asking = true;
    // Whoever joins in the same turn travels along.
    queueMicrotask(() => this.#ask());
  }

  #ask(): void {
    const { store, scope, clock, nextId } = this.around;
    const id = nextId();
    const nowMs = clock.now();
    const wanted = this.#queue.size + (store.immediate === true ? 0 : this.#spare.wanted);
    const withinMs = this.#timing.reachMs(this.#waitedMs(nowMs), this.#queue.longestPatienceMs(nowMs));
    try {
      const question = { scope, charges: this.charges, withinMs, id, peek: false, waiting: true };
      const reply = store.take({ ...question, ...this.#timing.portion(wanted) });
      if (!(reply instanceof Promise)) this.#heard(reply, id, nowMs);
      else
        reply.then(
          (told) => this.#heard(told, id, nowMs),
          (error: unknown) => this.#failed(error),
        );
    } catch (error) {
      this.#failed(error);
    }
  }

  #heard(reply: TakeReply, id: string, askedMs: number): void {
    this.#asking = false;
    const heardMs = this.around.clock.now();
    const units: Unit[] = [];
    for (const { atUs, units: count } of reply.slots) {
      const dueMs = heardMs + Math.max(0, atUs - reply.nowUs) / 1000;
      for (let n = 0; n < count; n += 1)
        units.push({ atUs, dueMs, remaining: reply.remaining, askedMs, id, unit: units.length });
    }
    this.#nextMs = this.#outdated ? this.#heldUntilMs : heardMs + Math.max(0, reply.nextUs - reply.nowUs) / 1000;
    this.#outdated = false;
    this.#binding = reply.binding;

    // Answered before a pause that we know of by now.
    const early = units.filter((unit) => unit.dueMs < this.#heldUntilMs - TOLERANCE_MS);
    if (units.length === early.length) this.#notBeforeMs = heardMs + 1;
    const good = early.length === 0 ? units : units.slice(early.length);
    const surplus = this.#closed ? good : this.#assign(good);
    if (!this.#closed && early.length === 0) this.#spare.keep(surplus);
    this.#giveBack([...early, ...surplus]);
    this.#refuseLate();
    this.#grantDue();
    this.#schedule();
  }

  #failed(error: unknown): void {
    this.#asking = false;
    this.#outdated = false;
    this.#refuseAll(this.#drain(), error);
    this.#schedule();
  }

  /** Gives units to those whose turn it is, and returns what nobody can use. */
  #assign(units: readonly Unit[]): Unit[] {
    const surplus: Unit[] = [];
    for (const unit of units) {
      const holder = this.#nextFor(unit);
      if (holder === undefined) {
        surplus.push(unit);
        continue;
      }
      this.#booked.add(unit, holder);
      this.#servedMs = unit.dueMs;
    }
    return surplus;
  }

  #nextFor(unit: Unit): Waiter | undefined {
    for (let waiter = this.#queue.shift(); waiter !== undefined; waiter = this.#queue.shift()) {
      if (unit.dueMs <= waiter.deadlineMs) return waiter;
      waiter.refuse(this.#late(unit.dueMs));
    }
    return undefined;
  }

  #grantDue(): void {
    const nowMs = this.around.clock.now();
    const all = this.waiting;
    const due = this.#booked.takeDue(nowMs);
    if (due.length > 0 && due.length === all) this.#spare.granted(nowMs);
    for (const { unit, holder } of due) holder.grant(unit);
  }

  /** Says no to all whose wait cannot end in time any more. */
  #refuseLate(): void {
    if (!this.#timing.foreseeable(this.#binding) || this.#queue.size === 0 || this.#nextMs <= this.around.clock.now())
      return;
    const atMs = (position: number): number => this.#nextMs + leastWaitMs(this.#emptied, position);
    const late = this.#queue.removeLate((waiter, position) => atMs(position) > waiter.deadlineMs);
    for (const { waiter, position } of late) waiter.refuse(this.#late(atMs(position)));
  }

  #late(atMs: number): Refusal {
    return { kind: "late", retryAfterMs: Math.max(0, atMs - this.around.clock.now()), bucket: this.nextBucket };
  }

  #schedule(): void {
    const { clock } = this.around;
    this.#wake?.cancel();
    this.#due?.cancel();
    this.#wake = undefined;
    this.#due = undefined;
    this.#tellWaiting();
    const nowMs = clock.now();
    const { first } = this.#booked;
    if (first !== undefined) this.#due = clock.setTimer(() => this.#onDue(), first.dueMs - nowMs);
    if (this.#queue.size === 0 || this.#asking || this.#closed) return;

    // With units booked, ask again as the last of them falls due: others have had their chunk meanwhile. Else when told.
    const last = this.#timing.slow ? undefined : this.#booked.last;
    const hopedMs = last?.dueMs ?? this.#timing.hopedMs(nowMs, this.#nextMs, this.#waitedMs(nowMs), this.#binding);
    const askMs = Math.max(this.#notBeforeMs, this.#heldUntilMs, hopedMs - this.#timing.leadMs);
    if (askMs <= nowMs + ROUNDING_MS) this.#pump();
    else this.#wake = clock.setTimer(() => this.#onWake(), askMs - nowMs);
  }

  #tellWaiting(): void {
    if (this.#waited === this.waiting > 0) return;
    this.#waited = !this.#waited;
    this.around.onWaiting(this, this.#waited);
  }

  #onDue(): void {
    this.#due = undefined;
    this.#grantDue();
    this.#schedule();
  }

  #onWake(): void {
    this.#wake = undefined;
    this.#pump();
  }

  #giveBack(units: readonly Unit[]): void {
    giveBackUnits(this.around, this.charges, units);
  }

  #drain(): Waiter[] {
    const all: Waiter[] = [];
    for (let waiter = this.#queue.shift(); waiter !== undefined; waiter = this.#queue.shift()) all.push(waiter);
    return all;
  }

  #refuseAll(waiters: readonly Waiter[], error: unknown): void {
    for (const waiter of waiters) waiter.refuse({ kind: "failed", error });
  }

  /** How long ago this lane was served, or its first waiter came; negative while a unit is booked. */
  #waitedMs(nowMs: number): number {
    return nowMs - Math.max(this.#servedMs, this.#queue.firstSinceMs);
  }
}
