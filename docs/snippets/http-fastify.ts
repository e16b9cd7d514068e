// #region fastify
import { rateLimit } from "@sluice/http/fastify";
import Fastify from "fastify";

const app = Fastify();
await app.register(rateLimit, {
  policies: [
    { name: "per-ip", scope: "ip", windows: [{ limit: 50, per: "minute" }] },
    { name: "uploads", scope: "ip", priority: -1, windows: [{ limit: 5, per: "hour" }], strategy: "queue" },
  ],
});
app.get("/users/:id", async () => "limited like everything else");
app.get("/report", { config: { rateLimit: { cost: 10 } } }, async () => "ten times as dear");
app.post("/uploads", { config: { rateLimit: { policy: "uploads" } } }, async () => "by a policy of its own");
app.get("/health", { config: { rateLimit: false } }, async () => "not at all");
// #endregion

export { app };
