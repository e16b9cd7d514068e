import type { BenchTable, Pace } from "../bench.js";
import { OURS } from "../peers/registry.js";
import { type CallFigures, measureCalls } from "./measure-calls.js";
import { type Setting, settings } from "./settings.js";

/** Our deadline for an answer of the store, its 50 ms, and what five servers and ten processes on one machine add. Unit: milliseconds. */
const PROMISED_MS = 500 + 50 + 150;

/** The same five faults for everybody, with the settings they come with and with those they recommend. */
export async function callsTable(pace: Pace): Promise<BenchTable> {
  const chosen = pace === "full" ? settings : settings.slice(0, 4);
  const figures: CallFigures[] = [];
  for (const setting of chosen) figures.push(...(await measureCalls(setting, chargesOf(setting))));
  const ours = figures.filter(({ peer }) => peer === OURS);
  return {
    title: "What becomes of single calls of two processes, to a bucket of 20 refilled at 50/s, when Redis fails?",
    columns: [
      "fault",
      "who",
      "settings",
      "longest call, ms",
      "hang",
      "of calls",
      "errors",
      "admitted : bound",
      "back after, ms",
      "charged",
    ],
    rows: [...new Set(figures.map(({ fault }) => fault))].flatMap((fault) =>
      figures
        .filter((each) => each.fault === fault)
        .map((each) => [
          fault,
          each.peer,
          each.settings,
          each.longestMs,
          each.hangs,
          each.calls,
          each.errors,
          each.admittedRatio,
          each.recoveredMs,
          each.charged,
        ]),
    ),
    notes: [
      "Hang: not settled after 6 s; the longest call is then without end. Admitted : bound: from the fault to the last call. Back after: from the",
      "store's return (of the black hole: from its beginning, new connections are served) to the first answer of the store with no error after it.",
      'Charged: how often the call with the lost reply was taken, by the tokens that are left; ours is counted with onStoreError: "closed", since after a',
      "share of its own it lets the bucket begin empty. bottleneck waits in turn, so its calls are counted as waits, and have no tokens to count.",
    ],
    promises: [
      {
        text: `sluice: no call longer than ${PROMISED_MS} ms, none hangs`,
        kept: ours.every(({ longestMs }) => longestMs <= PROMISED_MS),
      },
      {
        text: "sluice: never above the bound, and no more than twice of it where two processes never saw each other",
        kept: ours.every(
          ({ fault, admittedRatio }) => (admittedRatio ?? 0) <= (fault.startsWith("down at start") ? 2 : 1),
        ),
      },
      {
        text: "sluice: every call charged once at most",
        kept: ours.every(({ charged }) => charged === undefined || charged <= 1),
      },
      {
        text: "sluice: tokens of the store again within 2 s of its return, or of the moment at which its connections died",
        kept: ours.every(({ recoveredMs }) => recoveredMs === undefined || recoveredMs <= 2000),
      },
    ],
    figures,
  };
}

function chargesOf(setting: Setting): Setting {
  return (
    settings.find(({ peer, settings: told }) => peer === OURS && setting.peer === OURS && told.includes("closed")) ??
    setting
  );
}
