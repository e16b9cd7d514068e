import { type Clock, isSluiceError, sleep } from "@sluice/core";
import type { AuditEntry, AuditOptions } from "@sluice/limiter";
import type { Control } from "../control/control.js";

/** Between two looks for entries that nobody announced. Unit: milliseconds. */
const LOOK_EVERY_MS = 500;
const PAGE = 1000;

/** Entries as they are written; while the store is away it waits for it. */
export async function* follow(
  control: Control,
  first: AuditOptions,
  signal?: AbortSignal,
  clock?: Clock,
): AsyncIterableIterator<AuditEntry> {
  let wanted = first;
  let after = first.after ?? "0-0";
  for (;;) {
    signal?.throwIfAborted();
    const news = listen(control);
    try {
      const entries = await control.entries(wanted).catch(nothingWhileAway);
      for (const entry of entries ?? []) {
        after = entry.id;
        yield entry;
      }
      if (entries !== undefined) wanted = { after, count: PAGE };
      if (entries === undefined || entries.length === 0) await news.orAfter(LOOK_EVERY_MS, signal, clock);
    } finally {
      news.stop();
    }
  }
}

function nothingWhileAway(error: unknown): undefined {
  if (!isSluiceError(error) || error.code !== "STORE_UNAVAILABLE") throw error;
}

/** Hears a change that comes from now on. */
function listen(control: Control): {
  orAfter(delayMs: number, signal?: AbortSignal, clock?: Clock): Promise<void>;
  stop(): void;
} {
  const heard = new AbortController();
  const stop = control.onChange(() => heard.abort());
  return {
    async orAfter(delayMs, signal, clock) {
      const either = signal === undefined ? heard.signal : AbortSignal.any([heard.signal, signal]);
      await sleep(delayMs, either, clock).catch(() => {});
      signal?.throwIfAborted();
    },
    stop,
  };
}
