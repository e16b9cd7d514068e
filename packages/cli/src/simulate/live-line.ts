import type { Ledger } from "@sluice/simulators";
import { clockOf, type Terminal } from "../terminal.js";

const everyMs = 1_000;
const wipe = "\r\u001B[K";

/** Writes once a second, over what it wrote before, how many requests came and were refused; for somebody who watches. */
export function startLiveLine(ledger: Ledger, terminal: Terminal): { stop(): void } {
  if (!terminal.isWatched) return { stop: () => undefined };
  const clock = clockOf(terminal);
  let before = { atMs: clock.now(), requests: 0, refused: 0 };

  const write = (): void => {
    const now = {
      atMs: clock.now(),
      requests: ledger.count() + ledger.dropped(),
      refused: ledger.throttled().length,
    };
    const perSecond = (count: number): string => {
      const rate = (count * 1_000) / Math.max(1, now.atMs - before.atMs);
      return `${Math.max(0, Math.round(rate))}/s`;
    };
    terminal.err(
      `${wipe}requests ${perSecond(now.requests - before.requests)} (${now.requests}), ` +
        `refused ${perSecond(now.refused - before.refused)} (${now.refused})`,
    );
    before = now;
    timer = clock.setTimer(write, everyMs);
  };
  let timer = clock.setTimer(write, everyMs);
  return {
    stop() {
      timer.cancel();
      terminal.err(wipe);
    },
  };
}
