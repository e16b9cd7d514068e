/// <reference lib="dom" />
import type UPlot from "uplot";
import { figure } from "./format.js";

/** The chart library, which the page loads as a file of its own before this one. */
declare const uPlot: typeof UPlot;

/** Columns of a chart: seconds since 1970, grants and refusals per second. */
export type ChartData = [times: number[], granted: (number | null)[], refused: (number | null)[]];

/** A small chart in an element, as wide as it. */
export interface Chart {
  draw(data: ChartData): void;
  /** Takes on the page's colours anew. */
  repaint(): void;
  remove(): void;
}

const HEIGHT = 116;
const LONGEST_S = 600;
/** A page that was just opened is not an empty one. */
const SHORTEST_S = 120;

export function createChart(parent: HTMLElement): Chart {
  let data: ChartData = [[], [], []];
  let plot: UPlot | undefined;
  const make = (): void => {
    plot?.destroy();
    plot = new uPlot(
      optionsFor(parent, () => data[0]),
      data,
      parent,
    );
  };
  const resize = new ResizeObserver(() => {
    if (parent.clientWidth === 0) return;
    if (plot === undefined) make();
    else plot.setSize({ width: parent.clientWidth, height: HEIGHT });
  });
  resize.observe(parent);
  return {
    draw(columns) {
      data = columns;
      plot?.setData(columns);
    },
    repaint: () => plot !== undefined && make(),
    remove() {
      resize.disconnect();
      plot?.destroy();
    },
  };
}

function optionsFor(parent: HTMLElement, times: () => readonly number[]): UPlot.Options {
  const style = getComputedStyle(parent);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: color("--muted"), font: `11px ${style.fontFamily}`, ticks: { show: false } };
  // A single point makes no line.
  const points = { size: 4, show: (_: UPlot, __: number, first: number, last: number): boolean => last === first };
  return {
    width: parent.clientWidth,
    height: HEIGHT,
    padding: [8, 16, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      // By the times themselves: what the library proposes for a single one is a day.
      x: { time: true, range: () => shownOf(times()) },
      // Never so narrow that nothing looks like much.
      y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        space: 64,
        incrs: [60, 120, 300],
        values: (_, marks) => marks.map((mark) => (times().length === 0 ? "" : minute(mark))),
      },
      {
        ...axis,
        grid: { stroke: color("--line"), width: 1 },
        size: 40,
        space: 34,
        values: (_, values) => values.map(figure),
      },
    ],
    series: [
      {},
      { stroke: color("--grant"), fill: color("--grant-soft"), width: 1.75, points },
      { stroke: color("--refuse"), width: 1.75, dash: [5, 3], points },
    ],
  };
}

function shownOf(times: readonly number[]): [first: number, last: number] {
  const last = times.at(-1) ?? SHORTEST_S;
  return [last - Math.min(LONGEST_S, Math.max(SHORTEST_S, last - (times[0] ?? last))), last];
}

function minute(seconds: number): string {
  return new Intl.DateTimeFormat("en-GB", { timeStyle: "short" }).format(seconds * 1000);
}
