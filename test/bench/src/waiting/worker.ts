// One process of a fleet that waits for tokens with one peer.
import { nowUs, sleep, sleepUntil } from "../clock.js";
import { serve, tell } from "../children/serve.js";
import type { Place, Waiter } from "../peers/peer.js";
import { skewDate } from "./skew.js";

/** What a process had. */
export interface Report {
  /** When each grant reached its caller. Unit: microseconds of the machine's monotonic clock. */
  readonly seenUs: readonly number[];
  /** When each grant was taken, by the store's clock, where the peer tells. Unit: microseconds. */
  readonly atUs: readonly number[];
  /** Commands that its clients sent meanwhile. */
  readonly sent: number;
  readonly errors: number;
}

/** Whom to wait with, and for what. */
export interface Preparation {
  readonly name: string;
  readonly place: Place;
  readonly bound: { readonly refillRate: number; readonly burst: number };
  /** How wrong this process's date is. Unit: milliseconds. */
  readonly skewMs: number;
}

const AFTER_ERROR_MS = 50;
let waiter: Waiter;
let sent = 0;
let errors = 0;
let seenUs: number[] = [];
let atUs: number[] = [];
let live = false;

const handlers = {
  async prepare({ name, place, bound, skewMs }: Preparation): Promise<void> {
    if (skewMs !== 0) skewDate(skewMs);
    await countCommands();
    const { loadPeer } = await import("../peers/registry.js");
    const opened = await (await loadPeer(name)).waiting?.(place, bound);
    if (opened === undefined) throw new Error(`${name} does not wait`);
    waiter = opened;
    await waiter.ready?.();
  },

  /** So many grants from an instant on, all asked for at once or each after the one before. Gives up at another. */
  async run(orders: {
    calls: number;
    how: "at once" | "in turns";
    startUs: number;
    untilUs: number;
    live: boolean;
  }): Promise<Report> {
    live = orders.live;
    await sleepUntil(orders.startUs);
    forget();
    const work = async (): Promise<void> => {
      if (orders.how === "at once") await Promise.all(Array.from({ length: orders.calls }, one));
      else for (let call = 0; call < orders.calls; call += 1) await one();
    };
    await Promise.race([work(), sleepUntil(orders.untilUs)]);
    return report();
  },

  /** Callers that ask again as soon as they have been granted, until an instant. */
  async loop({ callers, startUs, untilUs }: { callers: number; startUs: number; untilUs: number }): Promise<Report> {
    await sleepUntil(startUs);
    forget();
    const caller = async (): Promise<void> => {
      while (nowUs() < untilUs) await one();
    };
    await Promise.race([Promise.all(Array.from({ length: callers }, caller)), sleepUntil(untilUs)]);
    return report();
  },
};
export type WaitingHandlers = typeof handlers;
serve(handlers);

async function one(): Promise<void> {
  try {
    const ticket = await waiter.wait();
    const us = nowUs();
    seenUs.push(us);
    if (ticket.atUs !== undefined) atUs.push(ticket.atUs);
    if (live) tell(us);
  } catch {
    errors += 1;
    await sleep(AFTER_ERROR_MS);
  }
}

function forget(): void {
  seenUs = [];
  atUs = [];
  sent = 0;
  errors = 0;
}

function report(): Report {
  return { seenUs, atUs, sent, errors };
}

/** Every client of this process sends through one method. */
async function countCommands(): Promise<void> {
  const { Redis } = await import("ioredis");
  const { sendCommand } = Redis.prototype;
  Redis.prototype.sendCommand = function counted(command, stream): unknown {
    sent += 1;
    return sendCommand.call(this, command, stream);
  };
}
