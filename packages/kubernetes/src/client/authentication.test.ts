import { CoreV1Api, type SecurityAuthentication } from "@kubernetes/client-node";
import { createFakeClock } from "@sluice/core/testing";
import { describe, expect, it } from "vitest";
import { client } from "../test-support/clients.test-support.js";
import { inOrder, startServer, statusReply } from "../test-support/server.test-support.js";
import { from } from "../test-support/observable.test-support.js";

/** Credentials that are new each time they are asked for. */
function counting(): SecurityAuthentication & { asked: number } {
  const own = {
    asked: 0,
    getName: () => "counting",
    applySecurityAuthentication(context: { setHeaderParam(name: string, value: string): void }) {
      own.asked += 1;
      context.setHeaderParam("Authorization", `Bearer token-number-${own.asked}`);
    },
  };
  return own;
}

const sentBy = ({ headers }: { readonly headers: readonly (readonly [string, string])[] }): string | undefined =>
  headers.find(([name]) => name === "Authorization")?.[1];

describe("credentials", () => {
  it("are asked for again when a request leaves late, since they may have ended in the queue", async () => {
    const clock = createFakeClock();
    const server = await startServer(inOrder(statusReply(429, "TooManyRequests", { "retry-after": "5" }), {}));
    const authentication = counting();
    const api = client(server.origin, { clock, authMethods: { default: authentication } });
    const reading = api.client(CoreV1Api).listNode();
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
    await expect.poll(async () => (await clock.advance(1000), server.received.length), { timeout: 10_000 }).toBe(2);
    await reading;
    expect(server.received.map(sentBy)).toEqual(["Bearer token-number-1", "Bearer token-number-2"]);
  });

  it("are asked for once when a request leaves at once", async () => {
    const server = await startServer();
    const authentication = counting();
    await client(server.origin, { authMethods: { default: authentication } })
      .client(CoreV1Api)
      .listNode();
    expect(authentication.asked).toBe(1);
  });

  it("that a middleware has put on in their place are left alone", async () => {
    const clock = createFakeClock();
    const server = await startServer(inOrder(statusReply(429, "TooManyRequests", { "retry-after": "5" }), {}));
    const api = client(server.origin, { clock, authMethods: { default: counting() } });
    const middleware = [
      {
        pre: (context: Parameters<SecurityAuthentication["applySecurityAuthentication"]>[0]) => (
          context.setHeaderParam("Authorization", "Bearer of-the-middleware"),
          from(context)
        ),
        post: from,
      },
    ];
    const reading = api.client(CoreV1Api).listNode({}, { middleware: middleware as never });
    await expect.poll(() => server.received.length, { timeout: 10_000 }).toBe(1);
    await expect.poll(async () => (await clock.advance(1000), server.received.length), { timeout: 10_000 }).toBe(2);
    await reading;
    expect(new Set(server.received.map(sentBy))).toEqual(new Set(["Bearer of-the-middleware"]));
  });
});
