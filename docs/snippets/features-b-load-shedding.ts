// #region imports
import { loadShedding } from "@sluice/http/express";
import { createLoadShedder } from "@sluice/limiter";
import express from "express";
// #endregion
import type { LoadShedder, LoadShedderOptions, SheddingEvent } from "@sluice/limiter";
import type { Express } from "express";

/** A service that sheds requests and work of its own by one look at the process. */
export function shedding(more: LoadShedderOptions = {}): {
  readonly app: Express;
  readonly shedder: LoadShedder;
  readonly told: readonly SheddingEvent[];
  readonly rebuild: () => Promise<string>;
} {
  const told: SheddingEvent[] = [];
  const log = { warn: (event: SheddingEvent): void => void told.push(event) };
  const rebuildIndex = async (): Promise<string> => "rebuilt";
  // #region shedding
  const shedder = createLoadShedder({
    maxEventLoopDelayMs: 100,
    maxHeapRatio: 0.9,
    onEvent: (event) => log.warn(event), // when it begins, and when it ends
    ...more,
  });

  const app = express();
  const vital = (request: express.Request): number => (request.path === "/health" ? 1000 : 0);
  app.use(loadShedding({ shedder, priority: vital })); // first of all: 503 while there is too much to do
  app.get("/health", (_request, response) => void response.send("well"));
  app.get("/things", (_request, response) => void response.json([]));

  const rebuild = () => shedder.run(() => rebuildIndex()); // PROCESS_OVERLOADED meanwhile
  // #endregion
  return { app, shedder, told, rebuild };
}
