import type { Cluster } from "ioredis";

/** How often the map of a cluster is looked at: a frozen primary redirects nobody. Unit: milliseconds. */
const EVERY_MS = 1000;

/** Looks at the map while the client is in use. The client's own way of doing so would hold the process for ever. */
export function keepMapFresh(cluster: Cluster): void {
  let timer: NodeJS.Timeout | undefined;
  cluster.on("ready", () => {
    timer ??= setInterval(() => cluster.refreshSlotsCache(), EVERY_MS).unref();
  });
  cluster.on("end", () => {
    clearInterval(timer);
    timer = undefined;
  });
}
