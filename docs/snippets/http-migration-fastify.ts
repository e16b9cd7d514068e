import fastifyRateLimit from "@fastify/rate-limit";
import { rateLimit } from "@sluice/http/fastify";
import Fastify, { type FastifyInstance } from "fastify";

const list = async (): Promise<readonly string[]> => [];
const well = async (): Promise<string> => "well";

/** A service with @fastify/rate-limit. */
export async function before(): Promise<FastifyInstance> {
  // #region before
  const app = Fastify({ trustProxy: "127.0.0.1" });
  await app.register(fastifyRateLimit, {
    max: 5,
    timeWindow: "15 minutes",
    allowList: ["192.0.2.99"],
    skipOnError: true,
    errorResponseBuilder: (_request, { statusCode, ttl }) => ({ statusCode, error: "Later", ttl }),
  });
  app.get("/things", list);
  app.get("/report", { config: { rateLimit: { max: 2, timeWindow: "1 hour" } } }, list);
  app.post("/otp/send", { config: { rateLimit: { max: 3, timeWindow: "1 hour", groupId: "otp" } } }, list);
  app.post("/otp/resend", { config: { rateLimit: { max: 3, timeWindow: "1 hour", groupId: "otp" } } }, list);
  app.get("/health", { config: { rateLimit: false } }, well);
  // #endregion
  return app;
}

/** The same with ours. */
export async function after(): Promise<FastifyInstance> {
  // #region after
  const app = Fastify();
  const except = { ip: "192.0.2.99" };
  await app.register(rateLimit, {
    redis: process.env["REDIS_URL"], // else limits are those of this process
    onStoreError: "open",
    trustProxy: "127.0.0.1",
    legacyReset: "seconds",
    policies: [
      { name: "all", scope: "ip", except, algorithm: "fixedWindow", windows: [{ limit: 5, windowMs: 15 * 60_000 }] },
      {
        name: "report",
        scope: "endpoint",
        values: "GET /report",
        per: "ip",
        except,
        algorithm: "fixedWindow",
        windows: [{ limit: 2, per: "hour" }],
      },
      {
        name: "otp",
        scope: "endpoint",
        values: ["POST /otp/send", "POST /otp/resend"], // one bucket of an address for both
        per: "ip",
        except,
        algorithm: "fixedWindow",
        windows: [{ limit: 3, per: "hour" }],
      },
    ],
    refused: (_request, { status, retryAfterMs }) => ({
      body: { statusCode: status, error: "Later", ttl: retryAfterMs },
    }),
  });
  app.get("/things", list);
  app.get("/report", list);
  app.post("/otp/send", list);
  app.post("/otp/resend", list);
  app.get("/health", { config: { rateLimit: false } }, well);
  // #endregion
  return app;
}
