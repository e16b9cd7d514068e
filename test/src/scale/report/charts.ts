import type { ScaleResults } from "../results.js";
import { clusterChart } from "./many-bucket-charts.js";
import { debitsChart } from "./one-node-charts.js";
import { commandsPerGrantChart, commandsPerSecondChart, fairnessChart, lateComerChart } from "./one-bucket-charts.js";
import type { Chart } from "./svg-chart.js";

/** All plots of the page. */
export function charts({ simulated, measured }: ScaleResults): readonly Chart[] {
  return [
    commandsPerGrantChart(simulated),
    commandsPerSecondChart(simulated),
    fairnessChart(simulated),
    lateComerChart(simulated),
    clusterChart(simulated),
    debitsChart(measured),
  ];
}
