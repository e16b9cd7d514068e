import type { OneNodeFigures } from "../one-node/measure-one-node.js";
import { short, time } from "./numbers.js";
import type { Chart } from "./svg-chart.js";

/** Beyond this a command counts as one that grows dearer with what is booked. */
const DEARER = 4;

/** What a command costs by what is booked ahead in its bucket. */
export function debitsChart({ debits, machine }: OneNodeFigures): Chart {
  const first = debits[0];
  const last = debits.at(-1);
  const [least, most] = [(first?.scriptUs ?? 0) / 1000, (last?.scriptUs ?? 0) / 1000];
  return {
    name: "debits",
    title:
      most <= least * DEARER
        ? `A command costs about the same however much is booked ahead: ${time(least)} to ${time(most)}`
        : `A command takes ${time(least)} when nothing is booked ahead, and ${time(most)} behind ${short(last?.debits)} debits`,
    subtitle: `Measured: four units asked of one bucket, Redis ${machine.redis} on ${machine.processor}`,
    kind: "line",
    xName: "debits booked ahead in the bucket",
    categories: debits.map((each) => String(each.debits)),
    yName: "script time, microseconds",
    yScale: "log",
    series: [{ name: "one take", values: debits.map(({ scriptUs }) => scriptUs) }],
  };
}
