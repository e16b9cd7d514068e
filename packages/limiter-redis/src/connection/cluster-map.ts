import { type Cluster, ReplyError } from "ioredis";

/** How often the map of a cluster is looked at: a frozen primary redirects nobody. Unit: milliseconds. */
const EVERY_MS = 1000;

/** Connects to primaries before they are asked: the client refuses commands for one that is still connecting. */
export function connectPrimaries(cluster: Cluster): void {
  cluster.on("refresh", () => {
    // Not before: while it connects the client asks a node of its own choice how the cluster is, and must find it idle.
    if (cluster.status !== "ready") return;
    for (const node of cluster.nodes("master")) if (node.status === "wait") node.connect().catch(() => {});
  });
}

/** Looks at the map while the client is in use. The client's own way of doing so would hold the process for ever. */
export function keepMapFresh(cluster: Cluster): void {
  let timer: NodeJS.Timeout | undefined;
  cluster.on("ready", () => {
    timer ??= setInterval(() => refresh(cluster), EVERY_MS).unref();
  });
  cluster.on("end", () => {
    clearInterval(timer);
    timer = undefined;
  });
}

/** Only when a node answers: the client asks one after the other, and while none does, that alone would hold the process again and again. */
function refresh(cluster: Cluster): void {
  const nodes = cluster.nodes("master").filter(({ status }) => status === "ready");
  // A refusal is an answer too.
  const answers = nodes.map((node) =>
    node.ping().catch((error: unknown) => {
      if (!(error instanceof ReplyError)) throw error;
    }),
  );
  Promise.any(answers).then(
    () => cluster.refreshSlotsCache(),
    () => {},
  );
}
