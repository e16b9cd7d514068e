import type { WrittenDashboard } from "./dashboards.mjs";

/** docs/dashboards.md as text. */
export function dashboardsPage(boards: readonly WrittenDashboard[]): string;
