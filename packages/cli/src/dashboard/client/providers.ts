/// <reference lib="dom" />
import type { HistoryPoint, PageHistory, ProviderRow } from "../state.js";
import { type Chart, createChart, type ChartData } from "./chart.js";
import { byId, createList, make, part, setClass, setText, show } from "./dom.js";
import { counted, figure } from "./format.js";

/** Cards of providers, each with its last ten minutes. */
export interface Providers {
  history(history: PageHistory): void;
  point(point: HistoryPoint): void;
  update(rows: readonly ProviderRow[], atMs: number): void;
  repaint(): void;
}

const POINTS = 300;
/** Cards; those beyond are in the totals. */
const MOST = 12;

interface Columns {
  readonly granted: (number | null)[];
  readonly refused: (number | null)[];
}

export function createProviders(): Providers {
  const charts = new Map<string, Chart>();
  let times: number[] = [];
  const columns = new Map<string, Columns>();
  const known = new Map<string, ProviderRow>();

  const list = createList<ProviderRow, HTMLElement>(byId("providers"), {
    keyOf: ({ provider }) => provider,
    create(row) {
      const { card, plot } = cardOf(row.provider);
      charts.set(row.provider, createChart(plot));
      return card;
    },
    update: fill,
    remove(provider) {
      charts.get(provider)?.remove();
      charts.delete(provider);
    },
  });
  const draw = (): void => {
    for (const [provider, chart] of charts) chart.draw(dataOf(times, columns.get(provider)));
  };
  return {
    history({ times: told, series }) {
      times = [...told];
      columns.clear();
      for (const [provider, { granted, refused }] of Object.entries(series))
        columns.set(provider, { granted: [...granted], refused: [...refused] });
      draw();
    },
    point({ atMs, providers }) {
      times = [...times, atMs].slice(-POINTS);
      for (const { provider } of providers ?? [])
        if (!columns.has(provider))
          columns.set(provider, { granted: times.slice(1).map(() => 0), refused: times.slice(1).map(() => 0) });
      for (const [provider, { granted, refused }] of columns) {
        const row = providers?.find((one) => one.provider === provider);
        granted.push(providers === null ? null : (row?.granted ?? 0));
        refused.push(providers === null ? null : (row?.refused ?? 0));
        if (granted.length > POINTS) granted.shift();
        if (refused.length > POINTS) refused.shift();
        if (granted.every((value) => !value) && refused.every((value) => !value)) columns.delete(provider);
      }
      draw();
    },
    update(rows, atMs) {
      // One that is quiet stays for as long as its chart has something to show.
      for (const provider of known.keys()) if (!columns.has(provider)) known.delete(provider);
      for (const [provider, row] of known)
        known.set(provider, { ...row, granted: 0, refused: 0, waiting: 0, throttled: 0 });
      for (const provider of columns.keys()) if (!known.has(provider)) known.set(provider, quiet(provider));
      for (const row of rows) known.set(row.provider, row);
      // By name: cards that change places cannot be read.
      const shown = [...known.values()]
        .toSorted((one, other) => (one.provider < other.provider ? -1 : 1))
        .slice(0, MOST);
      show(byId("providers-empty"), shown.length === 0);
      list(shown, atMs);
      draw();
    },
    repaint() {
      for (const chart of charts.values()) chart.repaint();
    },
  };
}

function cardOf(provider: string): { readonly card: HTMLElement; readonly plot: HTMLElement } {
  const plot = make("div", { class: "plot", attributes: { "aria-hidden": "true" } });
  const names = [
    ["granted", "granted/s"],
    ["refused", "refused/s"],
    ["waiting", "waiting"],
  ] as const;
  const figures = names.map(([name, title]) =>
    make("div", {}, make("dt", { class: `key ${name}`, text: title }), make("dd", { class: `is-${name}` })),
  );
  const title = provider === "policy" ? "policies" : provider;
  const card = make(
    "article",
    { class: "card provider" },
    make(
      "header",
      {},
      make("h3", { class: "name", text: title }),
      make("span", { class: "accounts muted" }),
      make("span", { class: "throttled chip", attributes: { title: "refusals by the provider in the last minute" } }),
    ),
    make("dl", { class: "figures" }, ...figures),
    plot,
  );
  return { card, plot };
}

function fill(card: HTMLElement, { accounts, granted, refused, waiting, throttled, provider }: ProviderRow): void {
  const [one, many] = provider === "policy" ? ["engine", "engines"] : ["account", "accounts"];
  setText(part(card, "accounts"), accounts === 0 ? "quiet" : counted(accounts, one, many));
  setText(part(card, "is-granted"), figure(granted));
  setText(part(card, "is-refused"), figure(refused));
  setText(part(card, "is-waiting"), figure(waiting));
  const chip = part(card, "throttled");
  setText(chip, throttled === 0 ? "no 429s" : `429s: ${figure(throttled)}`);
  setClass(chip, `throttled chip ${throttled === 0 ? "plain" : "bad"}`);
  show(chip, provider !== "policy");
}

function quiet(provider: string): ProviderRow {
  return { provider, accounts: 0, granted: 0, refused: 0, waiting: 0, throttled: 0 };
}

function dataOf(times: readonly number[], own: Columns | undefined): ChartData {
  const nothing = times.map(() => 0);
  return [times.map((atMs) => atMs / 1000), own?.granted ?? nothing, own?.refused ?? nothing];
}
