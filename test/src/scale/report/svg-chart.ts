import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

/** One line, or one row of bars. */
export interface Series {
  readonly name: string;
  /** By category; undefined leaves a gap. */
  readonly values: readonly (number | undefined)[];
  /** For a bound or an ideal beside what was found. */
  readonly dashed?: boolean;
}

/** A plot. */
export interface Chart {
  /** File-like: `late-comer`. */
  readonly name: string;
  /** Says the finding. */
  readonly title: string;
  /** Says what was done. */
  readonly subtitle: string;
  readonly kind: "line" | "bar";
  readonly xName: string;
  readonly categories: readonly string[];
  /** With the unit. */
  readonly yName: string;
  readonly yScale: "log" | "linear";
  readonly yRange?: readonly [least: number, most: number];
  readonly series: readonly Series[];
}

const WIDTH = 860;
const HEIGHT = 430;
/** Told apart by lightness too (Okabe and Ito, 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
const FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif";

/** Draws without a browser; the same chart gives the same text. */
export function svgChart(chart: Chart): string {
  const drawing = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  drawing.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    color: COLOURS,
    textStyle: { fontFamily: FONT, color: "#222" },
    title: {
      text: chart.title,
      subtext: chart.subtitle,
      left: 16,
      top: 10,
      textStyle: { fontSize: 15, color: "#111" },
      subtextStyle: { fontSize: 12, color: "#555" },
    },
    legend: { bottom: 8, data: chart.series.map(({ name }) => name) },
    grid: { left: 80, right: 30, top: 92, bottom: 84 },
    xAxis: {
      type: "category",
      name: chart.xName,
      nameLocation: "middle",
      nameGap: 28,
      data: [...chart.categories],
      boundaryGap: chart.kind === "bar",
    },
    yAxis: {
      type: chart.yScale === "log" ? "log" : "value",
      name: chart.yName,
      nameTextStyle: { align: "left" },
      axisLabel: { formatter: label },
      ...(chart.yRange === undefined ? {} : { min: chart.yRange[0], max: chart.yRange[1] }),
    },
    series: chart.series.map(({ name, values, dashed }) => ({
      name,
      type: chart.kind,
      data: values.map((value) => value ?? "-"),
      symbol: dashed === true ? "none" : "circle",
      symbolSize: 6,
      lineStyle: { type: dashed === true ? "dashed" : "solid", width: 2 },
    })),
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return withoutHover(svg);
}

function label(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}

/** What reacts to a pointer is of no use in a file, and names must not count the charts drawn before. */
function withoutHover(svg: string): string {
  const still = svg.replaceAll(/ class="zr[^"]*"| pointer-events="[^"]*"|<style[^]*?<\/style>\n?/g, "");
  return `${still.replaceAll(/\bzr\d+-/g, "").trimEnd()}\n`;
}
