import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Call, createCall, retry } from "../index.js";
import { createFetchApi, fetchRequestOf } from "./index.js";

interface Received {
  readonly line: string;
  readonly trace: string | undefined;
  readonly body: string;
}

/** A server that has its clients come three times, and keeps what they bring. */
async function serve() {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const trace = request.headers["x-trace"]?.toString();
      received.push({ line: `${request.method} ${request.url}`, trace, body });
      response.writeHead(received.length < 3 ? 429 : 200, { "retry-after": "0" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** What a transport is called with, as its declaration says. */
type Sent = Parameters<typeof fetch>;

function api(transport: typeof fetch = fetch) {
  const calls: Call[] = [];
  const sent: Sent[] = [];
  const made = createFetchApi({
    provider: "acme",
    account: "main",
    operation: [],
    hooks: [retry({ baseMs: 0 }), { name: "calls", stage: "call", before: (call) => void calls.push(call) }],
    fetch: (...args) => {
      sent.push(args);
      return transport(...args);
    },
  });
  return { fetch: made, calls, sent };
}

describe("what hooks see of a request", () => {
  it("is its method in upper case, its address and its headers", async () => {
    const { origin } = await serve();
    const { fetch: acme, calls } = api();
    await acme(`${origin}/things?q=1`, { method: "post", headers: [["X-One", "1"]] });
    await acme(new Request(`${origin}/things`, { method: "PUT", headers: { a: "1" } }));
    await acme(new Request(`${origin}/things`, { headers: { a: "1" } }), { headers: { b: "2" } });
    const shown = calls.map(fetchRequestOf).map((request) => ({
      method: request?.method,
      href: request?.url.href,
      headers: [...(request?.headers ?? [])],
    }));
    expect(shown).toEqual([
      { method: "POST", href: `${origin}/things?q=1`, headers: [["x-one", "1"]] },
      { method: "PUT", href: `${origin}/things`, headers: [["a", "1"]] },
      { method: "GET", href: `${origin}/things`, headers: [["b", "2"]] },
    ]);
  });

  it.each([
    ["no arguments", undefined],
    ["null", null],
    ["a text", "https://acme.example"],
    ["an address without headers", { url: new URL("https://acme.example") }],
    ["headers without an address", { headers: new Headers() }],
    ["an address as text", { url: "https://acme.example", headers: new Headers() }],
    ["headers as an object", { url: new URL("https://acme.example"), headers: { a: "1" } }],
  ])("is nothing on a call of another kind, with %s", (_name, args) => {
    const call = createCall({ provider: "acme", account: "main", operation: "other", args });
    expect(fetchRequestOf(call)).toBeUndefined();
  });
});

describe("the arguments of an attempt", () => {
  const pairs: [string, string][] = [
    ["X-Two", "2"],
    ["a", "1"],
    ["X-Two", "3"],
  ];

  it.each([
    ["pairs", pairs],
    ["an object", { "X-Two": "2", a: "1" }],
  ])("have headers given as %s in that shape, order and case of names kept", async (_name, headers) => {
    const { origin } = await serve();
    const { fetch: acme, sent } = api();
    await acme(`${origin}/things`, { headers });
    expect(sent).toHaveLength(3);
    for (const [, init] of sent) {
      expect(init?.headers).toStrictEqual(headers);
      expect(init?.headers).not.toBe(headers);
    }
  });

  it("have headers given as Headers as Headers of their own", async () => {
    const { origin } = await serve();
    const { fetch: acme, sent } = api();
    const headers = new Headers(pairs);
    await acme(`${origin}/things`, { headers });
    expect(sent).toHaveLength(3);
    for (const [, init] of sent) {
      expect(init?.headers).not.toBe(headers);
      expect(init?.headers).toEqual(headers);
    }
  });

  it("have no headers where none were given", async () => {
    const { origin } = await serve();
    const { fetch: acme, sent } = api();
    await acme(`${origin}/things`, { method: "POST" });
    expect(sent.map(([, init]) => Object.keys(init ?? {}))).toEqual(thrice(["method", "signal"]));
  });

  it.each([
    ["pairs", () => [["a", "1"]] as [string, string][]],
    ["an object", () => ({ a: "1" }) as Record<string, string>],
    ["Headers", () => new Headers({ a: "1" })],
  ])("are free to be changed by a transport, next attempt and caller do not see it: %s", async (_name, make) => {
    const { origin, received } = await serve();
    let count = 0;
    const tracing = ((input, init) => {
      const { headers } = init ?? {};
      const value = `${(count += 1)}`;
      if (headers instanceof Headers) headers.append("x-trace", value);
      else if (Array.isArray(headers)) headers.push(["x-trace", value]);
      else Object.assign(headers ?? {}, { "x-trace": value });
      return fetch(input, init);
    }) as typeof fetch;
    const headers = make();
    await api(tracing).fetch(`${origin}/things`, { headers });
    expect(received.map(({ trace }) => trace)).toEqual(["1", "2", "3"]);
    expect(headers).toEqual(make());
  });

  it("carry a request that was read already when there is another body for it, as fetch does", async () => {
    const { origin, received } = await serve();
    const spent = async () => {
      const request = new Request(`${origin}/things`, { method: "POST", body: "old" });
      await request.text();
      return request;
    };
    await fetch(await spent(), { method: "POST", body: "new" });
    expect((await api().fetch(await spent(), { method: "POST", body: "new" })).status).toBe(200);
    expect(received.map(({ line, body }) => [line, body])).toEqual(thrice(["POST /things", "new"]));
  });

  it.each([
    ["a generator", () => pieces()],
    ["a stream of Node's", () => Readable.from(pieces())],
    ["a web stream", () => Readable.toWeb(Readable.from(pieces()))],
  ])("go out once where the body comes piece by piece: %s", async (_name, make) => {
    const { origin, received } = await serve();
    const init = { method: "POST", body: make(), duplex: "half" } as unknown as RequestInit;
    expect((await api().fetch(`${origin}/things`, init)).status).toBe(429);
    expect(received.map(({ body }) => body)).toEqual(["onetwo"]);
  });

  const address = (origin: string) => ({ href: `${origin}/things`, toString: () => `${origin}/things` });
  it.each([
    ["a clone", (origin: string) => ({ ...address(origin), clone: () => address("http://acme.invalid") })],
    ["a relative url", (origin: string) => ({ ...address(origin), url: "/things" })],
  ])("carry an address object of another make, which fetch reads as text: one with %s", async (_name, make) => {
    const { origin, received } = await serve();
    const { fetch: acme, sent, calls } = api();
    const given = make(origin) as unknown as URL;
    expect((await acme(given)).status).toBe(200);
    expect(sent.map(([input]) => input === given)).toEqual([true, true, true]);
    expect(received.map(({ line }) => line)).toEqual(thrice("GET /things"));
    expect(calls.map((call) => fetchRequestOf(call)?.url.href)).toEqual([`${origin}/things`]);
  });
});

describe("a call that waits sends what it was given, whatever its caller does with that meanwhile", () => {
  const bytes = (said: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(said);
  const form = (): FormData => {
    const made = new FormData();
    made.append("a", new Blob(["first"]), "a.txt");
    return made;
  };
  const headers = new Headers({ "x-trace": "first" });
  const pairs: [string, string][] = [["x-trace", "first"]];
  const object = { "x-trace": "first" };
  const array = bytes("first").buffer;
  const view = bytes("first");
  const search = new URLSearchParams({ a: "first" });
  const fields = form();
  const init: RequestInit = { method: "POST", body: "first" };
  it.each<[what: string, init: RequestInit, change: () => void]>([
    ["Headers", { headers }, () => headers.set("x-trace", "second")],
    ["headers in pairs", { headers: pairs }, () => (pairs[0] = ["x-trace", "second"])],
    ["headers in an object", { headers: object }, () => (object["x-trace"] = "second")],
    ["a buffer", { method: "POST", body: array }, () => new Uint8Array(array).set(bytes("other"))],
    ["a view", { method: "POST", body: view.subarray(1, 4) }, () => view.set(bytes("other"))],
    ["a search form", { method: "POST", body: search }, () => search.set("a", "second")],
    ["a form", { method: "POST", body: fields }, () => fields.set("a", "second")],
    ["the init", init, () => Object.assign(init, { method: "PUT", body: "second" })],
  ])("%s", async (_what, given, change) => {
    const { origin, received } = await serve();
    const address = new URL(`${origin}/first`);
    let goOn: () => void = () => {};
    const acme = createFetchApi({
      provider: "acme",
      account: "main",
      operation: [],
      hooks: [{ name: "wait", before: () => new Promise<undefined>((resolve) => (goOn = () => resolve(undefined))) }],
    });
    const answer = acme(address, given);
    await new Promise((resolve) => setImmediate(resolve));
    change();
    address.pathname = "/second";
    goOn();
    await answer;
    const [{ line, trace, body } = { line: "", trace: "", body: "" }] = received;
    expect(line).toMatch(/ \/first$/);
    expect(trace ?? "first").toBe("first");
    expect(body).not.toMatch(/second|other|the/);
    if (given.body !== undefined) expect(`${line} ${body}`).toMatch(/^POST.*(first|irs)/s);
  });

  it("a request without a body", async () => {
    const { origin, received } = await serve();
    const { fetch: acme } = api();
    const request = new Request(`${origin}/things`, { headers: { "x-trace": "first" } });
    const answer = acme(request);
    request.headers.set("x-trace", "second");
    await answer;
    expect(received.map(({ trace }) => trace)).toEqual(thrice("first"));
  });
});

function thrice<Value>(value: Value): Value[] {
  return [value, value, value];
}

async function* pieces() {
  yield Buffer.from("one");
  yield Buffer.from("two");
}

describe("the signal of a request", () => {
  it("ends the call, unless null takes it off again, as with fetch itself", async () => {
    const { origin } = await serve();
    const { fetch: acme } = api();
    const request = new Request(`${origin}/things`, { signal: AbortSignal.abort(new Error("no longer wanted")) });
    await expect(acme(request)).rejects.toThrow("no longer wanted");
    expect((await acme(request, { signal: null })).status).toBe(200);
  });
});
