import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** What the tests read of a dashboard; its whole shape is held against dashboard.schema.json. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly links: readonly { readonly url: string; readonly title: string }[];
  readonly annotations: { readonly list: readonly { readonly expr?: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

/** A panel, or the head of a row. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const folder = fileURLToPath(new URL("../../packages/telemetry/dashboards/", import.meta.url));

/** File names. */
export const shippedDashboards: readonly string[] = readdirSync(folder).filter((file) => file.endsWith(".json"));

/** A file of the package, read. */
export async function readDashboard(file: string): Promise<Dashboard> {
  return JSON.parse(await readFile(`${folder}${file}`, "utf8")) as Dashboard;
}
