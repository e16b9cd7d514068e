// #region hono
import { fetchRateLimit, rateLimit } from "@sluice/http/hono";
import { Hono } from "hono";

const app = new Hono();
app.use(rateLimit({ policies: [{ name: "per-ip", scope: "ip", windows: [{ limit: 50, per: "minute" }] }] }));
app.get("/users/:id", (context) => context.json({ left: context.get("rateLimit")?.decision.remaining }));

// Any fetch handler: the runtime knows the address, a Request does not.
const handler = fetchRateLimit((request, _info: { readonly address: string }) => new Response(`hello ${request.url}`), {
  policies: [{ name: "per-ip", scope: "ip", windows: [{ limit: 50, per: "minute" }] }],
  peer: (_request, info) => info.address,
});
// #endregion

export { app, handler };
