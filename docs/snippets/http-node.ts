// #region node
import { createServer } from "node:http";
import { rateLimitListener, rateLimitOf } from "@sluice/http/node";

const listener = rateLimitListener(
  (request, response) => {
    const degraded = rateLimitOf(request)?.degraded === true;
    response.end(degraded ? "yesterday's figures" : "today's figures");
  },
  { policies: [{ name: "per-ip", scope: "ip", strategy: "degrade", windows: [{ limit: 50, per: "minute" }] }] },
);
const server = createServer(listener);
// #endregion

export { listener, server };
