/// <reference lib="dom" />
import type { BucketRow, PageState } from "../state.js";
import { byId, createList, make, part, setClass, setText, show } from "./dom.js";
import { counted, figure, percent, rate, span } from "./format.js";

const FILTER_MS = 300;

/** The table of buckets, and its filter. */
export function createBuckets(onFilter: (text: string) => void): (state: PageState) => void {
  const filter = byId("filter") as HTMLInputElement;
  let timer: ReturnType<typeof setTimeout> | undefined;
  filter.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => onFilter(filter.value.trim()), FILTER_MS);
  });
  const list = createList<BucketRow, HTMLTableRowElement>(byId("buckets"), {
    keyOf: ({ key }) => key,
    create: rowOf,
    update: fill,
  });
  return (state) => {
    // What was typed holds at once, though the server hears of it a little later.
    const wanted = filter.value.trim().toLowerCase();
    const shown = state.buckets.filter(({ scope, bucket }) => `${scope} ${bucket}`.toLowerCase().includes(wanted));
    list(shown, state.atMs);
    show(byId("buckets-table"), shown.length > 0);
    show(byId("buckets-empty"), shown.length === 0);
    setText(byId("buckets-empty"), emptyText(state, wanted));
    setText(byId("buckets-count"), countText(state, shown.length));
  };
}

function emptyText({ scanned, awayForMs }: PageState, wanted: string): string {
  if (wanted !== "") return `No bucket has “${wanted}” in its name. Empty the filter to see all.`;
  if (awayForMs !== null) return "Nothing is known of buckets while Redis is away.";
  if (!scanned.complete) return "Looking for buckets …";
  return "No bucket is in use. They appear when a process with this Redis and prefix makes its first call.";
}

function countText({ matching, scanned }: PageState, shown: number): string {
  const inUse = `${counted(scanned.buckets, "bucket")} in use${scanned.complete ? "" : " so far"}`;
  return shown < Math.max(matching, scanned.buckets) ? `${inUse}, ${shown} shown by pressure` : inUse;
}

const cells = ["left", "rate", "waiting", "granted", "refused", "next"] as const;

function rowOf({ scope, bucket, kind }: BucketRow): HTMLTableRowElement {
  const name = make(
    "th",
    { attributes: { scope: "row" }, class: "bucket" },
    make("span", { class: "scope", text: scope }),
    make("span", { class: "name", text: bucket, attributes: { title: `${bucket} (${kindNames[kind] ?? kind})` } }),
  );
  const bar = make("span", { class: "bar", attributes: { "aria-hidden": "true" } }, make("span", { class: "fill" }));
  const row = make("tr", {}, name, make("td", { class: "used" }, bar, make("span", { class: "share" })));
  row.append(...cells.map((cell) => make("td", { class: `number is-${cell}` })));
  return row;
}

function fill(row: HTMLTableRowElement, bucket: BucketRow): void {
  const { used, capacity, remaining, waiting, granted, refused, nextMs } = bucket;
  const pressure =
    waiting > 0 || (used ?? 0) >= 1 ? "full" : (used ?? 0) >= 0.8 ? "high" : used === null ? "unknown" : "";
  setClass(row, pressure);
  part(row, "fill").style.setProperty("inline-size", percent(used ?? 0));
  setText(part(row, "share"), used === null ? "not told" : percent(used));
  const texts: Readonly<Record<(typeof cells)[number], string>> = {
    left: remaining === null || capacity === null ? "–" : `${figure(remaining)} / ${figure(capacity)}`,
    rate: bucket.rate === null ? (bucket.kind === "concurrency" ? "places" : "–") : rate(bucket.rate),
    waiting: waiting === 0 ? "–" : figure(waiting),
    granted: figure(granted),
    refused: figure(refused),
    next: nextMs === null ? "–" : nextMs === 0 ? "now" : `in ${span(nextMs)}`,
  };
  for (const cell of cells) setText(part(row, `is-${cell}`), texts[cell]);
}

const kindNames: Readonly<Record<string, string>> = {
  tokenBucket: "token bucket",
  leakyBucket: "leaky bucket",
  slidingWindow: "sliding window",
  fixedWindow: "fixed window",
  slidingWindowCounter: "sliding window, counted",
  concurrency: "places of running jobs",
};
