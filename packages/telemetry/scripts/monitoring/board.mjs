// From a dashboard as it is written in boards/ to the dashboard as Grafana reads it: places, variables, links, time range.

import { datasource, grafanaPanel } from "./panel.mjs";

const columns = 24;

/** What may be chosen at the top of a dashboard; each is a label of the metrics, the first ones narrowing the later. */
const variables = {
  provider: { label: "Provider", after: [] },
  account: { label: "Account", after: ["provider"] },
  policy: { label: "Policy", after: [] },
  instance: { label: "Instance", after: [] },
};

/**
 * Selectors for the panels of a dashboard: a metric under the variables that it has labels for.
 *
 * @returns {(name: string, ...matchers: string[]) => string}
 */
export function selectorsFor(board, metrics) {
  return (name, ...matchers) => {
    const metric = metrics.find((one) => name === one.name || name.replace(/_(bucket|sum|count)$/, "") === one.name);
    const chosen = board.variables.filter((variable) => variable === "instance" || metric?.labels.includes(variable));
    return `${name}{${[...chosen.map((variable) => `${variable}=~"$${variable}"`), ...matchers].join(",")}}`;
  };
}

/**
 * A whole dashboard.
 *
 * @param {object} board - uid, title, about, variables, one (the variable without "All"), rows
 * @param {readonly object[]} boards - all dashboards, to be linked
 * @param {object} checker - of check-expression.mjs
 */
export function grafanaBoard(board, boards, checker) {
  const { uid, title, about } = board;
  return {
    uid,
    title,
    description: about,
    tags: ["sluice", "rate-limiting"],
    editable: true,
    fiscalYearStartMonth: 0,
    graphTooltip: 1,
    id: null,
    links: boards.filter((other) => other.uid !== uid).map(linkTo),
    liveNow: false,
    annotations: { list: [builtInAnnotations, alertAnnotations(checker)] },
    panels: placed(board.rows, checker),
    refresh: "30s",
    schemaVersion: 38,
    templating: { list: [datasourceVariable, ...board.variables.map((name) => variableOf(name, board))] },
    time: { from: "now-3h", to: "now" },
    timepicker: {},
    timezone: "",
    version: 1,
    weekStart: "",
  };
}

const datasourceVariable = {
  name: "datasource",
  label: "Data source",
  type: "datasource",
  query: "prometheus",
  current: {},
  hide: 0,
  includeAll: false,
  multi: false,
  options: [],
  refresh: 1,
  regex: "",
  skipUrlSync: false,
};

function variableOf(name, { variables: shown, one }) {
  const { label, after } = variables[name];
  const narrowed = after.filter((other) => shown.includes(other)).map((other) => `,${other}=~"$${other}"`);
  const query = `label_values({__name__=~"sluice_.+"${narrowed.join("")}}, ${name})`;
  const all = name === one ? { includeAll: false, multi: false } : { includeAll: true, multi: true, allValue: ".*" };
  return {
    name,
    label,
    type: "query",
    datasource,
    definition: query,
    query: { query, refId: `variable-${name}` },
    current: name === one ? {} : { selected: true, text: ["All"], value: ["$__all"] },
    hide: 0,
    ...all,
    options: [],
    refresh: 2,
    regex: "",
    skipUrlSync: false,
    sort: 5,
  };
}

/** The dashboard of one provider begins with its first: "All" is none that it could show. */
function linkTo({ uid, title, about, one }) {
  return {
    type: "link",
    title,
    tooltip: about,
    url: `/d/${uid}`,
    icon: "dashboard",
    asDropdown: false,
    includeVars: one === undefined,
    keepTime: true,
    tags: [],
    targetBlank: false,
  };
}

const builtInAnnotations = {
  builtIn: 1,
  datasource: { type: "grafana", uid: "-- Grafana --" },
  enable: true,
  hide: true,
  iconColor: "rgba(0, 211, 255, 1)",
  name: "Annotations & Alerts",
  type: "dashboard",
};

/** Rules that fire, as marks over all panels. */
function alertAnnotations(checker) {
  const expr = 'ALERTS{alertname=~"Sluice.+",alertstate="firing"}';
  checker.check(expr);
  return {
    datasource,
    enable: true,
    expr,
    iconColor: "red",
    name: "Sluice alerts",
    step: "30s",
    tagKeys: "severity",
    titleFormat: "{{alertname}}",
    useValueForTime: false,
  };
}

/** Rows from top to bottom, the panels of each from left to right, wrapped where the width ends. */
function placed(rows, checker) {
  const panels = [];
  let y = 0;
  for (const { title, panels: own } of rows) {
    const row = { type: "row", title, collapsed: false, panels: [], gridPos: { h: 1, w: columns, x: 0, y } };
    panels.push({ id: panels.length + 1, ...row });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of own) {
      const [w, h] = panel.size;
      if (x + w > columns) {
        x = 0;
        y += height;
        height = 0;
      }
      panels.push({ id: panels.length + 1, ...grafanaPanel(panel, checker), gridPos: { h, w, x, y } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return panels;
}
