import { BarChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { compare, type Comparison, type DemoFigures, type Phase } from "./figures.js";
import { type Theme, themes } from "./themes.js";

use([BarChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const WIDTH = 860;
const HEIGHT = 420;
const FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif";
const PLAIN = "the SDK alone";
const SLUICE = "with Sluice";

/** Panels side by side. Unit: pixels. */
const panels = [
  { left: 76, width: 300, title: "Requests that the provider refused" },
  { left: 552, width: 230, title: "Quota used in its time" },
] as const;

/** The pictures by file name. The same figures give the same text. */
export function pictures(figures: DemoFigures): ReadonlyMap<string, string> {
  const rows = compare(figures);
  return new Map(themes.map((theme) => [theme.file, draw(rows, theme)]));
}

/** What the picture says in words, for who does not see it. */
export function finding(rows: readonly Comparison[]): string {
  const [plain, factory] = (["plain", "factory"] as const).map((how) =>
    rows.reduce((sum, row) => sum + row[how].refused, 0),
  );
  return `Refused: ${whole(plain)} requests by the SDKs alone, ${whole(factory)} with Sluice`;
}

function draw(rows: readonly Comparison[], theme: Theme): string {
  const drawing = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  drawing.setOption({
    animation: false,
    backgroundColor: theme.background,
    color: [theme.plain, theme.sluice],
    textStyle: { fontFamily: FONT, color: theme.text },
    title: [
      {
        text: finding(rows),
        subtext:
          "Four processes make the same calls as fast as they can, against servers that enforce the published limits",
        left: 16,
        top: 12,
        textStyle: { fontSize: 17, color: theme.text },
        subtextStyle: { fontSize: 13, color: theme.muted },
      },
      ...panels.map(({ left, title }) => ({
        text: title,
        left: left - 4,
        top: 76,
        textStyle: { fontSize: 13, color: theme.text },
      })),
    ],
    legend: { bottom: 10, itemGap: 40, data: [PLAIN, SLUICE], textStyle: { fontSize: 13, color: theme.text } },
    grid: panels.map(({ left, width }) => ({ left, width, top: 104, bottom: 88 })),
    xAxis: panels.map((_, gridIndex) => ({
      gridIndex,
      type: "value",
      min: 0,
      max: 100,
      interval: 25,
      name: gridIndex === 0 ? "% of requests (429; S3 answers 503)" : "% of the quota",
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: { color: theme.muted, fontSize: 12 },
      axisLabel: { color: theme.muted, fontSize: 12 },
      splitLine: { lineStyle: { color: theme.line } },
    })),
    yAxis: panels.map((_, gridIndex) => ({
      gridIndex,
      type: "category",
      inverse: true,
      data: rows.map(({ provider }) => nameOf(provider)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: theme.muted } },
      axisLabel: { color: theme.text, fontSize: 13 },
    })),
    series: panels.flatMap((_, panel) => [
      bars(PLAIN, panel, rows, ({ plain }) => plain, theme),
      bars(SLUICE, panel, rows, ({ factory }) => factory, theme),
    ]),
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return still(svg);
}

function bars(
  name: string,
  panel: number,
  rows: readonly Comparison[],
  phaseOf: (row: Comparison) => Phase,
  theme: Theme,
): object {
  return {
    name,
    type: "bar",
    xAxisIndex: panel,
    yAxisIndex: panel,
    barGap: "15%",
    barCategoryGap: "32%",
    data: rows.map(phaseOf).map((phase) => ({
      value: panel === 0 ? (100 * phase.refused) / phase.requests : 100 * phase.quotaUsed,
      label: {
        formatter:
          panel === 0
            ? `${whole(phase.refused)} of ${whole(phase.requests)}`
            : `${(100 * phase.quotaUsed).toFixed(0)} %`,
      },
    })),
    label: { show: true, position: "right", color: theme.text, fontSize: 12 },
  };
}

function nameOf(provider: string): string {
  return { slack: "Slack", github: "GitHub", gitlab: "GitLab", s3: "S3" }[provider] ?? provider;
}

function whole(value = 0): string {
  return value.toLocaleString("en-US");
}

/** What reacts to a pointer is of no use in a file, and names must not count the pictures drawn before. */
function still(svg: string): string {
  const bare = svg.replaceAll(/ class="zr[^"]*"| pointer-events="[^"]*"|<style[^]*?<\/style>\n?/g, "");
  return `${bare.replaceAll(/\bzr\d+-/g, "").trimEnd()}\n`;
}
