import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { type RateLimitOptions, rateLimitListener } from "@sluice/http/node";
import { expect } from "vitest";
import { fault } from "./fault.js";

/** So many requests an identity has, for ever. */
const EACH = 5;

/**
 * How many identities a client got that sent these requests: each has five requests of its own, so what came through beyond them was another's.
 */
async function identities(
  options: Omit<RateLimitOptions<IncomingMessage>, "policies">,
  headers: readonly Readonly<Record<string, string>>[],
): Promise<number> {
  const windows = [{ limit: EACH, per: "day" as const }];
  const listener = rateLimitListener((_request, response) => void response.end(), {
    ...options,
    policies: [
      { name: "ip", scope: "ip", windows, together: true },
      { name: "user", scope: "user", windows, together: true },
      { name: "tenant", scope: "tenant", windows, together: true },
      { name: "api-key", scope: "apiKey", windows, together: true },
    ],
  });
  const server = createServer({ maxHeaderSize: 1_000_000 }, listener);
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  let through = 0;
  for (const own of headers) {
    const status = await new Promise((resolve, reject) => {
      const asking = request({ host: "127.0.0.1", port, headers: own, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asking.on("error", reject);
      asking.end();
    });
    if (status === 200) through += 1;
  }
  await new Promise((resolve) => server.close(resolve));
  await listener.close();
  return Math.ceil(through / EACH);
}

const forty = Array.from({ length: 40 }, (_, n) => n);
const addressOf = (n: number, hop: number): string => `198.51.${hop % 250}.${(n * 7 + hop) % 250}`;

for (const hops of [1, 10, 1000]) {
  const chainOf = (n: number): string[] => Array.from({ length: hops }, (_, hop) => addressOf(n, hop));
  fault(
    {
      id: "G9",
      fault: `forged X-Forwarded-For and Forwarded with ${hops} hops`,
      expected: "only hops added by trusted proxies count; default trusts none; length capped",
    },
    async () => {
      const bare = forty.map((n) => ({
        "x-forwarded-for": chainOf(n).join(", "),
        forwarded: chainOf(n)
          .map((address) => `for=${address}`)
          .join(", "),
      }));
      // What comes through a proxy ends in what the proxy saw.
      const proxied = forty.map((n) => ({ "x-forwarded-for": [...chainOf(n), "203.0.113.66"].join(", ") }));
      const other = forty.map((n) => ({
        forwarded: `${chainOf(n)
          .map((at) => `for="${at}`)
          .join(", ")}, for=203.0.113.66`,
      }));
      const direct = await identities({}, bare);
      const behindProxy = await identities({ trustProxy: "loopback" }, proxied);
      const byNumber = await identities({ trustProxy: 1 }, proxied);
      const openQuotes = await identities({ trustProxy: "loopback" }, other);
      expect([direct, behindProxy, byNumber, openQuotes]).toEqual([1, 1, 1, 1]);
      return `identities an attacker got: ${direct} directly, ${behindProxy} through a trusted network, ${byNumber} through one trusted hop, ${openQuotes} with open quotes`;
    },
  );
}

fault(
  { id: "G10", fault: "forged identity or tenant header", expected: "taken only from verified authentication" },
  async () => {
    const names = [
      "x-user",
      "x-user-id",
      "x-tenant",
      "x-tenant-id",
      "x-api-key",
      "x-role",
      "x-real-ip",
      "authorization",
      "cookie",
    ];
    const forged = forty.map((n) => Object.fromEntries(names.map((name) => [name, `forged-${n}`])));
    const byDefault = await identities({}, forged);
    // The session knows whom it belongs to, whatever else is sent along.
    const verified = await identities({ identify: () => ({ user: "alice", tenant: "acme" }) }, forged);
    const hanging = await identities(
      { identify: () => new Promise(() => {}), identifyTimeoutMs: 5, onError: () => "refuse" },
      forged,
    );
    expect([byDefault, verified, hanging]).toEqual([1, 1, 1]);
    return `identities obtained: ${byDefault} by default, ${verified} where a session is verified, ${hanging} while verifying hangs`;
  },
);

fault(
  { id: "G11", fault: "one client, many addresses: IPv6 rotation in one /64", expected: "grouped by prefix" },
  async () => {
    const from = (address: string): Record<string, string> => ({ "x-forwarded-for": address });
    const rotating = forty.map((n) => from(`2001:db8:1:2:${(n * 977).toString(16)}::${(n + 1).toString(16)}`));
    const spellings = forty.map((n) => from(n % 2 === 0 ? "::ffff:203.0.113.9" : "203.0.113.9"));
    const trustProxy = "loopback";
    const one = await identities({ trustProxy }, rotating);
    const mapped = await identities({ trustProxy }, spellings);
    const others = await identities(
      { trustProxy },
      forty.map((n) => from(`2001:db8:1:${n.toString(16)}::1`)),
    );
    expect([one, mapped, others]).toEqual([1, 1, 8]);
    return `identities: ${one} of 40 addresses in one /64, ${mapped} of two spellings of one address; 40 requests from 40 networks all came through`;
  },
);
