// The dashboards, as files and as what a test asks of them.

import { grafanaBoard, selectorsFor } from "./board.mjs";
import { overview, overviewRows } from "./boards/overview.mjs";
import { performance, performanceRows } from "./boards/performance.mjs";
import { provider, providerRows } from "./boards/provider.mjs";
import { security, securityRows } from "./boards/security.mjs";
import { createChecker } from "./check-expression.mjs";
import { jsonText } from "./json-text.mjs";

const boards = [
  [overview, overviewRows],
  [performance, performanceRows],
  [security, securityRows],
  [provider, providerRows],
];

/**
 * Every dashboard with its rows as they are written, and the text of its file.
 *
 * @param {readonly object[]} metrics - `metricCatalogue` of @sluice/telemetry
 * @param {readonly object[]} labels - `labelCatalogue` of @sluice/telemetry
 */
export function dashboards(metrics, labels) {
  const checker = createChecker(metrics, labels);
  const all = boards.map(([board, rowsOf]) => ({ ...board, rows: rowsOf(selectorsFor(board, metrics)) }));
  return all.map((board) => ({ ...board, text: jsonText(grafanaBoard(board, all, checker)) }));
}
