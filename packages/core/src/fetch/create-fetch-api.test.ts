import { getEventListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { type Call, createHookChain, retry, withCallOptions } from "../index.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { createFetchApi, type FetchApi, type FetchApiOptions, fetchRequestOf } from "./index.js";

interface Received {
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** A server that keeps what it receives. */
async function serve(answer: (response: ServerResponse, received: Received, index: number) => void) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void read(request).then((one) => {
      received.push(one);
      answer(response, one, received.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks)
    .toString()
    .replaceAll(/formdata-undici-\d+/g, "boundary");
  const headers = request.rawHeaders.map((text) => text.replaceAll(/formdata-undici-\d+/g, "boundary"));
  return { line: `${request.method} ${request.url}`, headers, body };
}

function api(options: Partial<FetchApiOptions> = {}) {
  const calls: Call[] = [];
  const attempts: Call[] = [];
  const seen = [
    { name: "calls", stage: "call" as const, before: (call: Call) => void calls.push(call) },
    { name: "attempts", before: (call: Call) => void attempts.push(call) },
  ];
  const again = retry({ baseMs: 0 });
  const made = createFetchApi({
    provider: "acme",
    account: "main",
    operation: ["GET /things/{id}", "POST /things"],
    hooks: [again, ...seen],
    ...options,
  });
  return { fetch: made, calls, attempts };
}

async function rejection(promise: Promise<unknown>): Promise<Error & { cause?: unknown; code?: string }> {
  return promise.then(
    () => expect.fail("it resolved"),
    (error: unknown) => error as Error,
  );
}

describe("a fetch API", () => {
  it("is a fetch", () => {
    expectTypeOf<FetchApi>().toExtend<typeof fetch>();
    expectTypeOf<Parameters<FetchApi>>().toEqualTypeOf<Parameters<typeof fetch>>();
    expectTypeOf<ReturnType<FetchApi>>().toEqualTypeOf<ReturnType<typeof fetch>>();
  });

  const requests: readonly [string, (origin: string) => Parameters<typeof fetch>][] = [
    ["a bare address", (origin) => [`${origin}/things/1`]],
    [
      "an address object and headers",
      (origin) => [new URL(`${origin}/things/1?q=%C3%A9`), { headers: { B: "2", a: "1" } }],
    ],
    [
      "headers in pairs",
      (origin) => [
        `${origin}/x`,
        {
          headers: [
            ["X-One", "1"],
            ["x-two", "2"],
          ],
        },
      ],
    ],
    ["text", (origin) => [`${origin}/things`, { method: "POST", body: "text" }]],
    ["bytes", (origin) => [`${origin}/things`, { method: "post", body: new Uint8Array([65, 66]) }]],
    ["a search form", (origin) => [`${origin}/things`, { method: "POST", body: new URLSearchParams({ a: "b c" }) }]],
    ["a blob", (origin) => [`${origin}/things`, { method: "POST", body: new Blob(["blob"], { type: "text/css" }) }]],
    [
      "a form",
      (origin) => {
        const form = new FormData();
        form.append("file", new Blob(["x"]), "x.txt");
        return [`${origin}/things`, { method: "POST", body: form }];
      },
    ],
    [
      "a request",
      (origin) => [new Request(`${origin}/things`, { method: "POST", body: "in a request", headers: { a: "1" } })],
    ],
    [
      "a request and an init",
      (origin) => [new Request(`${origin}/things`, { headers: { a: "1" } }), { method: "PUT", body: "b" }],
    ],
    [
      "a stream",
      (origin) => [
        `${origin}/things`,
        { method: "POST", body: new Blob(["streamed"]).stream(), duplex: "half" } as RequestInit,
      ],
    ],
  ];
  it.each(requests)("sends byte for byte what fetch sends: %s", async (_name, make) => {
    const { origin, received } = await serve((response) => response.end("ok"));
    await fetch(...make(origin));
    await api().fetch(...make(origin));
    expect(received).toHaveLength(2);
    expect(received[1]).toEqual(received[0]);
  });

  it.each(requests.slice(3, 10))("sends the body anew with every attempt: %s", async (_name, make) => {
    const { origin, received } = await serve((response, _received, index) => {
      response.statusCode = index < 2 ? 429 : 200;
      response.setHeader("retry-after", "0");
      response.end("ok");
    });
    const { fetch: acme, attempts } = api();
    expect((await acme(...make(origin))).status).toBe(200);
    expect(received).toHaveLength(3);
    expect(received[2]).toEqual(received[0]);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it("sends a bare stream once, since it is spent then", async () => {
    const { origin, received } = await serve((response) => response.writeHead(429, { "retry-after": "0" }).end());
    const body = new Blob(["streamed"]).stream();
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    expect((await api().fetch(`${origin}/things`, init)).status).toBe(429);
    expect(received).toHaveLength(1);
  });

  it("names operations by their patterns, verbs and access, and what it does not know `other`", async () => {
    const { origin } = await serve((response) => response.end("ok"));
    const { fetch: acme, calls } = api({ idempotent: ({ url }) => url.pathname === "/things" });
    await acme(`${origin}/things/17`);
    await acme(`${origin}/things`, { method: "POST" });
    await acme(`${origin}/elsewhere`, { method: "DELETE" });
    expect(calls.map(({ operation, verb, access, idempotent }) => [operation, verb, access, idempotent])).toEqual([
      ["GET /things/{id}", "GET", "read", true],
      ["POST /things", "POST", "write", true],
      ["other", "DELETE", "write", false],
    ]);
    expect(calls.map((call) => fetchRequestOf(call)?.url.pathname)).toEqual(["/things/17", "/things", "/elsewhere"]);
  });

  it("hands out the response as fetch does: status, headers, address, body", async () => {
    const { origin } = await serve((response) => {
      response.writeHead(201, "Made", { "x-own": "1", "content-type": "application/json" }).end('{"a":1}');
    });
    const [theirs, ours] = [await fetch(`${origin}/things/1`), await api().fetch(`${origin}/things/1`)];
    const shown = ({ status, statusText, url, redirected, type, ok, bodyUsed }: Response) => ({
      status,
      statusText,
      url,
      redirected,
      type,
      ok,
      bodyUsed,
    });
    expect(shown(ours)).toEqual(shown(theirs));
    expect(Object.fromEntries(ours.headers)).toMatchObject({ "x-own": "1" });
    expect(ours.clone()).toBeInstanceOf(Response);
    expect(await ours.json()).toEqual({ a: 1 });
  });

  it.each([
    [204, "GET"],
    [304, "GET"],
    [200, "HEAD"],
  ])("takes a %d to %s, which has no body", async (status, method) => {
    const { origin } = await serve((response) =>
      response.writeHead(status, { "content-length": status === 200 ? 12 : 0 }).end(),
    );
    expect((await api().fetch(`${origin}/things/1`, { method })).status).toBe(status);
  });

  it("repeats a read whose body was cut short, and hands out a write's failure", async () => {
    const { origin, received } = await serve((response, { line }, index) => {
      response.writeHead(200, { "content-length": "10" });
      if (index === 1) response.end("0123456789");
      else response.write("01234", () => setTimeout(() => response.destroy(), 20));
      void line;
    });
    expect(await (await api().fetch(`${origin}/things/1`)).text()).toBe("0123456789");
    const error = await rejection(api().fetch(`${origin}/things`, { method: "POST" }));
    expect(error).toBeInstanceOf(TypeError);
    expect(received).toHaveLength(3);
  });

  it("ends with the caller's own reason: before it began, while it waits, in flight, in a streamed body", async () => {
    const { origin, received } = await serve((response, { line }) => {
      if (line.endsWith("/slow")) return;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
    });
    const reason = new Error("enough");
    const early = new AbortController();
    early.abort(reason);
    expect(await rejection(api().fetch(`${origin}/slow`, { signal: early.signal }))).toBe(reason);
    expect(received).toHaveLength(0);

    const flying = new AbortController();
    const slow = rejection(api().fetch(`${origin}/slow`, { signal: flying.signal }));
    setTimeout(() => flying.abort(reason), 30);
    expect(await slow).toBe(reason);

    const around = new AbortController();
    const also = withCallOptions({ signal: around.signal }, () => rejection(api().fetch(`${origin}/slow`)));
    setTimeout(() => around.abort(reason), 30);
    expect(await also).toBe(reason);

    const reading = new AbortController();
    const stream = await api().fetch(new Request(`${origin}/stream`, { signal: reading.signal }));
    const reader = stream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value as Uint8Array)).toBe("data: 1\n\n");
    const rest = rejection(reader?.read() as Promise<unknown>);
    reading.abort(reason);
    expect(await rest).toBe(reason);
  });

  it("ends by its deadline, the body included", async () => {
    const { origin } = await serve((response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("0");
    });
    const error = await rejection(api({ timeoutMs: 80 }).fetch(`${origin}/things/1`));
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("streams good answers where it is told to, and leaves no listener on the caller's signal", async () => {
    const { origin } = await serve((response, { line }) => {
      response.writeHead(line.endsWith("/bad") ? 500 : 200);
      response.write("first");
      setTimeout(() => response.end("last"), 50);
    });
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => ((listeners += 1), add(...args)),
      removeEventListener: (...args: Parameters<typeof remove>) => ((listeners -= 1), remove(...args)),
    });
    const { fetch: acme } = api({ responses: "streamed", hooks: [] });
    const response = await acme(`${origin}/things/1`, { signal });
    expect(await response.text()).toBe("firstlast");
    expect(await (await acme(`${origin}/bad`, { signal })).text()).toBe("firstlast");
    expect(listeners).toBe(0);
  });

  it("hands a streamed answer over with its headers, while its body is on the way", async () => {
    const pending: ServerResponse[] = [];
    const { origin } = await serve((response, { line }) => {
      response.writeHead(200, line.endsWith("/events") ? { "content-type": "text/event-stream; charset=utf-8" } : {});
      response.write("first");
      pending.push(response);
    });
    const told = await api({ responses: "streamed", timeoutMs: 5000 }).fetch(`${origin}/things/1`);
    const events = await api({ timeoutMs: 5000 }).fetch(`${origin}/events`);
    for (const response of pending) response.end("last");
    expect(await told.text()).toBe("firstlast");
    expect(await events.text()).toBe("firstlast");
  });

  it("leaves no listener on the caller's signal when nothing could be sent, or nothing came back", async () => {
    const { origin } = await serve((response) => response.writeHead(204).end());
    const { signal } = new AbortController();
    const refused = (async () => {
      throw new TypeError("fetch failed");
    }) as typeof fetch;
    await rejection(api({ hooks: [], fetch: refused }).fetch(`${origin}/things/1`, { signal }));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    const { body } = await api({ hooks: [], responses: "streamed" }).fetch(`${origin}/things/1`, { signal });
    expect(body).toBeNull();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("ends as soon as the caller aborts, though the transport does not listen", async () => {
    const { fetch: acme } = api({ fetch: () => new Promise(() => {}), timeoutMs: 2000 });
    const controller = new AbortController();
    const reason = new Error("enough");
    const asked = rejection(acme("http://acme.invalid/things/1", { signal: controller.signal }));
    controller.abort(reason);
    expect(await asked).toBe(reason);
  });

  it.each([
    [undefined, 30_000],
    [5000, 5000],
  ])("given a budget of %s ms, ends after %d ms of its clock", async (timeoutMs, endsMs) => {
    const clock = createFakeClock();
    const { fetch: acme } = api({ clock, timeoutMs, fetch: () => new Promise(() => {}) });
    let ended = false;
    const asked = rejection(acme("http://acme.invalid/things/1")).finally(() => (ended = true));
    await clock.advance(endsMs - 1);
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(await asked).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(clock.pending).toBe(0);
  });

  it("hands out the caller's reason untouched, whatever it says", async () => {
    const { origin, received } = await serve(() => {});
    const controller = new AbortController();
    const reason = new Error("hunter2 is not needed any more");
    const headers = { authorization: "Bearer hunter2" };
    const asked = rejection(api().fetch(`${origin}/things/1`, { headers, signal: controller.signal }));
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1);
    controller.abort(reason);
    expect(await asked).toBe(reason);
    expect(reason.message).toBe("hunter2 is not needed any more");
  });

  it("shows hooks no secret in what a transport makes of an abort", async () => {
    const seen: unknown[] = [];
    const telling = ((_input, init) =>
      new Promise((_resolve, reject) => {
        const fail = () => reject(new Error(`aborted: ${JSON.stringify(init?.headers)}`));
        init?.signal?.addEventListener("abort", fail);
      })) as typeof fetch;
    const { fetch: acme } = api({
      fetch: telling,
      hooks: [{ name: "seen", error: (_call, error) => void seen.push((error as Error).message) }],
    });
    const controller = new AbortController();
    const headers = { authorization: "Bearer hunter2" };
    const asked = rejection(acme("http://acme.invalid/things/1", { headers, signal: controller.signal }));
    setTimeout(() => controller.abort(new Error("enough")), 10);
    expect((await asked).message).toBe("enough");
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['aborted: {"authorization":"[secret]"}']);
  });

  it("takes an answer to HEAD whose transport gives it an empty body", async () => {
    const bare = async () => new Response("", { headers: { "content-length": "12" } });
    const response = await api({ fetch: bare }).fetch("http://acme.invalid/things/1", { method: "head" });
    expect(response.headers.get("content-length")).toBe("12");
    expect(await response.text()).toBe("");
  });

  it("asks a function of the caller's for the operation", async () => {
    const { origin } = await serve((response) => response.end("ok"));
    const operation: FetchApiOptions["operation"] = ({ method, url }) =>
      url.pathname === "/a" ? `${method} of ${url.searchParams.get("kind")}` : undefined;
    const { fetch: acme, calls } = api({ operation });
    await acme(`${origin}/a?kind=x`);
    await acme(`${origin}/b`);
    expect(calls.map((call) => call.operation)).toEqual(["GET of x", "other"]);
  });

  it("takes a chain as it is, makes one of hooks, and has an empty one without", async () => {
    const { origin } = await serve((response) => response.end("ok"));
    const seen: string[] = [];
    const own = createHookChain({ hooks: [{ name: "own", before: (call) => void seen.push(call.operation) }] });
    const given = api({ hooks: own }).fetch;
    expect(given.hooks).toBe(own);
    await given(`${origin}/things/1`);
    expect(seen).toEqual(["GET /things/{id}"]);

    const names = ({ hooks }: FetchApi) => [hooks.list("call"), hooks.list("attempt")].map((list) => list.map(nameOf));
    const nameOf = ({ name }: { readonly name: string }) => name;
    expect(names(api({ hooks: [{ name: "one" }, { name: "two", stage: "call" }] }).fetch)).toEqual([["two"], ["one"]]);
    const bare = api({ hooks: undefined }).fetch;
    expect(names(bare)).toEqual([[], []]);
    expect(await (await bare(`${origin}/things/1`)).text()).toBe("ok");
  });

  it("takes a quota that is not there", async () => {
    const { origin } = await serve((response) => response.end("ok"));
    expect((await api({ quota: undefined } as Partial<FetchApiOptions>).fetch(`${origin}/things/1`)).status).toBe(200);
  });

  it("reads the global fetch at the moment of sending", async () => {
    const { fetch: acme } = api();
    const own = globalThis.fetch;
    onTestFinished(() => void (globalThis.fetch = own));
    globalThis.fetch = async () => new Response("patched");
    expect(await (await acme("http://acme.invalid/things/1")).text()).toBe("patched");
  });

  it("shows no secret in a transport's error, wherever the request had it", async () => {
    const secrets = ["hunter2", "s3cret", "k3y"];
    const leaky = (async (input: string | URL | Request, init?: RequestInit) => {
      throw Object.assign(new Error(`cannot reach ${String(input)}`), {
        config: { ...init, headers: { ...(init?.headers as object) } },
      });
    }) as typeof fetch;
    const { fetch: acme } = api({ fetch: leaky });
    const error = await rejection(
      acme("http://acme.invalid/things/1?api_key=k3y", {
        headers: { Authorization: "Bearer hunter2", "x-session-token": "s3cret" },
      }),
    );
    const shown = JSON.stringify([error.message, error.stack, { ...error }]);
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  it("shows no secret of an address, however it was written there", async () => {
    const leaky = ((input) => Promise.reject(new Error(`cannot reach ${String(input)}`))) as typeof fetch;
    const error = await rejection(api({ fetch: leaky }).fetch("http://acme.invalid/things/1?token=a+b%2fc&page=2"));
    expect(error.message).toBe("cannot reach http://acme.invalid/things/1?token=[secret]&page=2");
  });

  it.each([
    [{ provider: "" }, "provider"],
    [{ account: "" }, "account"],
    [{ operation: "GET /x" }, "operation"],
    [{ operation: ["x"] }, "operation"],
    [{ responses: "whole" }, "responses"],
    [{ quota: () => [] }, "quota"],
  ])("refuses %j, naming the option", (options, option) => {
    expect(() => api(options as never)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
  });

  it("refuses an address that is none as fetch does", async () => {
    expect(await rejection(api().fetch("no address"))).toBeInstanceOf(TypeError);
  });

  it("refuses an address with a password as fetch does, and does not show it", async () => {
    const address = "http://user:100%hunter2@acme.invalid/things/1";
    const theirs = await rejection(fetch(address));
    const ours = await rejection(api().fetch(address));
    expect(ours).toBeInstanceOf(TypeError);
    expect(ours.message).not.toContain("hunter2");
    expect(ours.message).toBe(theirs.message.replace("100%hunter2", "[secret]"));
  });

  it.each([
    ["GET /x", '"GET /x"'],
    [undefined, "undefined"],
  ])("says what operation may be instead of %s", (operation, shown) => {
    expect(() => api({ operation } as never)).toThrow(
      `operation must be a list of patterns, or a function, got ${shown}`,
    );
  });
});
