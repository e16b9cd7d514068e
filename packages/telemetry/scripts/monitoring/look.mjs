// How each kind of panel looks in Grafana 10: the parts of its JSON that depend on the kind alone.

const legend = { displayMode: "table", placement: "bottom", showLegend: true, calcs: ["mean", "max", "lastNotNull"] };
const shortLegend = { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] };
const last = { calcs: ["lastNotNull"], fields: "", values: false };
const hideFrom = { legend: false, tooltip: false, viz: false };

/** Options and the `custom` settings of fields, by kind of panel. */
export const looks = {
  stat: ({ background }) => ({
    options: {
      colorMode: background ? "background" : "value",
      graphMode: background ? "none" : "area",
      justifyMode: "auto",
      orientation: "auto",
      reduceOptions: last,
      textMode: "auto",
      wideLayout: true,
    },
  }),
  timeseries: ({ stack, dashed }) => ({
    options: { legend, tooltip: { mode: "multi", sort: "desc" } },
    custom: {
      drawStyle: "line",
      lineInterpolation: "linear",
      lineWidth: 1,
      fillOpacity: stack ? 40 : 8,
      gradientMode: "none",
      showPoints: "never",
      pointSize: 5,
      spanNulls: false,
      axisPlacement: "auto",
      axisLabel: "",
      axisSoftMin: 0,
      scaleDistribution: { type: "linear" },
      stacking: { mode: stack ? "normal" : "none", group: "A" },
      thresholdsStyle: { mode: dashed ? "dashed" : "off" },
      hideFrom,
    },
  }),
  heatmap: ({ unit }) => ({
    options: {
      calculate: false,
      cellGap: 1,
      color: { mode: "scheme", scheme: "Oranges", fill: "dark-orange", exponent: 0.5, steps: 64, reverse: false },
      exemplars: { color: "rgba(255,0,255,0.7)" },
      filterValues: { le: 1e-9 },
      legend: { show: true },
      rowsFrame: { layout: "auto" },
      tooltip: { show: true, yHistogram: false },
      yAxis: { axisPlacement: "left", reverse: false, unit },
    },
    custom: { hideFrom, scaleDistribution: { type: "linear" } },
  }),
  "state-timeline": () => ({
    options: {
      alignValue: "left",
      legend: shortLegend,
      mergeValues: true,
      rowHeight: 0.9,
      showValue: "auto",
      tooltip: { mode: "single", sort: "none" },
    },
    custom: { fillOpacity: 70, lineWidth: 0, hideFrom },
  }),
  bargauge: () => ({
    options: {
      displayMode: "gradient",
      minVizHeight: 10,
      minVizWidth: 0,
      orientation: "horizontal",
      reduceOptions: last,
      showUnfilled: true,
      valueMode: "color",
    },
  }),
  table: () => ({
    options: {
      cellHeight: "sm",
      footer: { countRows: false, fields: "", reducer: ["sum"], show: false },
      showHeader: true,
    },
    custom: { align: "auto", cellOptions: { type: "auto" }, filterable: true, inspect: false },
  }),
};
