import { RequestError } from "@octokit/request-error";
import { describe, expect, it } from "vitest";
import { kinds, rejection, sdk } from "../test-support/clients.test-support.js";
import { inOrder, startServer } from "../test-support/server.test-support.js";

const cut = { action: "cut", body: { id: 1, name: "a repository with a name" } } as const;

it("Octokit itself takes a body that is cut short for a success", async () => {
  const server = await startServer(() => cut);
  await expect(sdk(server.origin).request("GET /x")).resolves.toMatchObject({ status: 200 });
});

describe.each(kinds)("%s", (_name, make) => {
  it("a body that is cut short is an error of Octokit's own class", async () => {
    const server = await startServer(() => cut);
    const error = await rejection(make(server.origin, { retry: false }).request("GET /x"));
    expect(error).toBeInstanceOf(RequestError);
    expect(error["status"]).toBe(500);
  });

  it("so is one that is shorter than its length, by whatever fetch it came", async () => {
    const fetch = async (): Promise<Response> => new Response("{", { headers: { "content-length": "20" } });
    const error = await rejection(make("http://127.0.0.1:1", { retry: false, request: { fetch } }).request("GET /x"));
    expect(error).toBeInstanceOf(RequestError);
  });

  it("an answer keeps its address, status, headers and data", async () => {
    const server = await startServer(() => ({ status: 201, body: { big: 1 }, headers: { "x-a": "b" } }));
    const response = await make(server.origin).request("POST /x", { y: 1 });
    expect(response).toMatchObject({
      url: `${server.origin}/x`,
      status: 201,
      data: { big: 1 },
      headers: { "x-a": "b" },
    });
  });

  it("bytes stay bytes", async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const server = await startServer(() => ({ body: bytes, headers: { "content-type": "application/octet-stream" } }));
    const { data } = await make(server.origin).request("GET /x");
    expect(Buffer.from(data as ArrayBuffer)).toEqual(bytes);
  });

  it.each([204, 304])("status %d has no body", async (status) => {
    const server = await startServer(() => ({ status }));
    const settled = await make(server.origin)
      .request("GET /x")
      .catch((error: unknown) => error);
    expect(settled).toMatchObject({ status });
  });

  it("a stream is handed on as it comes, and its reader meets the cut", async () => {
    const server = await startServer(() => cut);
    const response = await make(server.origin).request("GET /x", { request: { parseSuccessResponseBody: false } });
    expect(response.data).toBeInstanceOf(ReadableStream);
    await expect(new Response(response.data as ReadableStream).text()).rejects.toThrow("terminated");
  });

  it("a stream can be ended by its caller", async () => {
    // The rest of it never comes.
    const server = await startServer(() => ({ body: "x", headers: { "content-length": "1000" } }));
    const controller = new AbortController();
    const response = await make(server.origin).request("GET /x", {
      request: { parseSuccessResponseBody: false, signal: controller.signal },
    });
    controller.abort();
    await expect(new Response(response.data as ReadableStream).text()).rejects.toThrow("abort");
  });
});

it("in a factory a read whose answer was cut short is asked again, a write is not", async () => {
  const server = await startServer(inOrder(cut, { body: { id: 2 } }));
  const [, make] = kinds[1];
  await expect(make(server.origin).request("GET /x")).resolves.toMatchObject({ data: { id: 2 } });
  const other = await startServer(inOrder(cut, { body: { id: 2 } }));
  await rejection(make(other.origin).request("POST /x"));
  expect([server.received.length, other.received.length]).toEqual([2, 1]);
});
