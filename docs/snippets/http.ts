import { sessionOf } from "./http-session.js";
// #region express
import { rateLimit } from "@sluice/http/express";
import express from "express";

const app = express();
const limit = rateLimit({
  redis: process.env["REDIS_URL"], // else limits are those of this process
  policies: [
    { name: "global", scope: "global", windows: [{ limit: 1000, per: "minute", burst: 200 }], together: true },
    { name: "users", scope: "user", windows: [{ limit: 100, per: "minute" }] },
    { name: "login", scope: "endpoint", values: "POST /login", per: "ip", windows: [{ limit: 5, per: "minute" }] },
  ],
  identify: (request) => ({ user: sessionOf(request)?.user }), // from what was verified, never from a bare header
  trustProxy: "loopback", // the one proxy on this machine may say whose address it is
});
app.use(limit);
app.get("/users/:id", (request, response) => void response.json({ id: request.params.id }));
app.post("/login", (_request, response) => void response.json({ in: true }));
// #endregion

export { app, limit };
