import { rateOf } from "@sluice/limiter";
import type { FleetBucket, FleetSight } from "@sluice/limiter-redis";
import { createColors } from "picocolors";
import { counted } from "../output/count.js";
import { printable } from "../output/printable.js";
import { duration, instant } from "../output/time.js";

/** What a frame is drawn for. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/** Those under most pressure first: where somebody waits, then where there is least left; at last those of which nothing is known. */
export function byPressure(buckets: readonly FleetBucket[]): readonly FleetBucket[] {
  return buckets.toSorted(
    (one, other) =>
      other.waiting - one.waiting ||
      usedOf(other) - usedOf(one) ||
      (other.nextMs ?? 0) - (one.nextMs ?? 0) ||
      other.grantedPerSecond - one.grantedPerSecond ||
      other.idleMs - one.idleMs ||
      (one.key < other.key ? -1 : 1),
  );
}

/** The part of a bucket that is used up, 0 to 1; below 0 where that is not known. */
export function usedOf({ capacity, remaining }: FleetBucket): number {
  if (capacity === undefined || remaining === undefined || capacity <= 0) return -1;
  return Math.min(1, Math.max(0, 1 - remaining / capacity));
}

/** Draws the fleet on so many lines, none of them broken or longer than the screen is wide. */
export function frame(sight: FleetSight, { columns, rows }: FrameSize, hasColors: boolean): string {
  const colors = createColors(hasColors);
  const { bold, dim, green, yellow, red } = colors;
  const lines: string[] = [];
  const add = (text: string, color: (text: string) => string = (same) => same): void => {
    lines.push(color(fitted(text, columns).trimEnd()));
  };
  const total = (of: (scope: FleetSight["scopes"][number]) => number): number =>
    sight.scopes.reduce((sum, scope) => sum + of(scope), 0);

  add(
    `sluice top  ${instant(sight.atMs)} UTC  ${counted(sight.processes.length, "process", "processes")}  ${counted(sight.scanned.buckets, "bucket")}${sight.scanned.complete ? "" : " so far"}`,
    bold,
  );
  const throttled = total((scope) => scope.throttled);
  add(
    `grants/s ${total((scope) => scope.grantedPerSecond).toFixed(1)}  refused/s ${total((scope) => scope.refusedPerSecond).toFixed(1)}  waiting ${total((scope) => scope.waiting)}  429s/min ${throttled}`,
    throttled > 0 ? red : green,
  );
  for (const { scope, throttled: refusals } of sight.scopes.filter((one) => one.throttled > 0).slice(0, 3))
    add(`429s  ${scope}  ${refusals} in the last minute`, red);
  const odd = sight.breakers.filter(({ state }) => state !== "closed");
  const closed = sight.breakers.length - odd.length;
  if (sight.breakers.length > 0)
    add(`breakers  ${odd.length} not closed, ${closed} closed`, odd.length > 0 ? red : dim);
  for (const { name, state, leftMs, reason } of odd.slice(0, 5))
    add(
      `  ${name}  ${state}${leftMs > 0 ? ` for ${duration(leftMs)}` : ""}  (${reason})`,
      state === "half-open" ? yellow : red,
    );

  add("");
  const wide = Math.max(16, columns - HEAD.reduce((sum, [, width]) => sum + width + 1, 0) - 1);
  add(
    rowText(
      "BUCKET",
      wide,
      HEAD.map(([head]) => head),
    ),
    dim,
  );
  const room = Math.max(1, rows - lines.length - 1);
  const buckets = byPressure(sight.buckets);
  for (const bucket of buckets.slice(0, room)) {
    const used = usedOf(bucket);
    const color = bucket.waiting > 0 || used >= 1 ? red : used >= 0.8 ? yellow : used < 0 ? dim : undefined;
    add(rowText(`${bucket.scope} ${bucket.bucket}`, wide, cellsOf(bucket)), color);
  }
  if (buckets.length === 0) add("no bucket is in use", dim);
  else if (buckets.length > room) add(`and ${buckets.length - room} more`, dim);
  return `${lines.join("\n")}\n`;
}

const HEAD = [
  ["USED", 5],
  ["LEFT", 13],
  ["RATE", 9],
  ["WAIT", 5],
  ["GRANTS/S", 8],
  ["NEXT", 7],
] as const;

function cellsOf(bucket: FleetBucket): string[] {
  const { capacity, remaining, limit, waiting, grantedPerSecond, nextMs, idleMs } = bucket;
  const used = usedOf(bucket);
  const rate = limit === undefined ? undefined : rateOf(limit);
  return [
    used < 0 ? "?" : `${Math.round(used * 100)}%`,
    capacity === undefined || remaining === undefined
      ? `idle in ${duration(idleMs).split(" ")[0]}`
      : `${remaining}/${capacity}`,
    rate === undefined ? "" : Number.isFinite(rate) ? rateText(rate) : "places",
    waiting === 0 ? "" : String(waiting),
    grantedPerSecond.toFixed(1),
    nextMs === undefined || nextMs === 0 ? "" : (duration(nextMs).split(" ")[0] ?? ""),
  ];
}

function rateText(perSecond: number): string {
  return perSecond >= 1
    ? `${short(perSecond)}/s`
    : perSecond * 60 >= 1
      ? `${short(perSecond * 60)}/min`
      : `${short(perSecond * 3600)}/h`;
}

function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function rowText(name: string, wide: number, cells: readonly string[]): string {
  const rest = cells.map((cell, index) => cell.padStart(HEAD[index]?.[1] ?? 0));
  return `${fitted(name, wide).padEnd(wide)} ${rest.join(" ")}`;
}

/** Cut to a width, printable. */
function fitted(text: string, columns: number): string {
  const characters = [...printable(text)];
  return characters.length <= columns
    ? characters.join("")
    : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`;
}
