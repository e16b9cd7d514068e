import type { MiddlewareHandler } from "hono";
import { refusal } from "../refusal.js";

/** What the page says with every change; no form of another site can. */
const ownHeader = "x-sluice-dashboard";

/**
 * Lets through what was asked of the loopback address by its name, and by this page or no page at all. Another name is DNS rebinding: a
 * page of somebody else whose name now leads here.
 *
 * @param port - known once the server listens.
 */
export function sameOrigin(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const hosts = ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port()}`);
    const host = req.header("host") ?? "";
    if (!hosts.includes(host)) return refusal(403, "ask for it by the loopback address");
    const origin = req.header("origin");
    if (origin !== undefined && origin !== `http://${host}`) return refusal(403, "another site has no business here");
    // A link may lead to the page, from wherever; what it shows and does is asked for by the page alone.
    const site = req.header("sec-fetch-site");
    const isOwn = site === undefined || site === "same-origin" || site === "none";
    if (req.path.startsWith("/api/") && !isOwn) return refusal(403, "another site has no business here");
    if (req.method === "GET" || req.method === "HEAD") return next();
    if (req.method !== "POST") return refusal(405, "GET and POST are all there is", { Allow: "GET, HEAD, POST" });
    if (req.header(ownHeader) !== "1") return refusal(403, `the header ${ownHeader}: 1 is missing`);
    const type = req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (type !== "application/json") return refusal(415, "JSON is all that is taken");
    return next();
  };
}
