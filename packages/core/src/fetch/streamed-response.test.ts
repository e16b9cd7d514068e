import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { streamedResponse } from "./streamed-response.js";

/** A real response whose server does with its body what it is told. */
async function respond(status = 200) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const asked = new Promise<ServerResponse>((resolve) => server.on("request", (_request, answer) => resolve(answer)));
  const answered = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/stream`);
  const out = await asked;
  out.writeHead(status, "As told", { "x-own": "1" }).flushHeaders();
  return { original: await answered, out };
}

function streamed(original: Response) {
  const ends = { count: 0 };
  return { response: streamedResponse(original, () => void (ends.count += 1)), ends };
}

/** Lets reads begin, and settle when they can. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 20));

function bodyOf({ body }: Response): ReadableStream<Uint8Array> {
  return body ?? expect.fail("it has no body");
}

describe("a streamed response", () => {
  it("has the status, headers and address of the original, and its body piece by piece", async () => {
    const { original, out } = await respond();
    const { response, ends } = streamed(original);
    const { status, statusText, url } = response;
    expect({ status, statusText, url }).toEqual({ status: 200, statusText: "As told", url: original.url });
    expect(response.headers.get("x-own")).toBe("1");

    const reader = bodyOf(response).getReader();
    const text = async () => new TextDecoder().decode((await reader.read()).value);
    out.write("first");
    expect(await text()).toBe("first");
    expect(ends.count).toBe(0);
    out.end("last");
    expect(await text()).toBe("last");
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    expect(ends.count).toBe(1);
  });

  it("has ended at once when there is no body", async () => {
    const { original, out } = await respond(204);
    out.end();
    const { response, ends } = streamed(original);
    expect(response).toBe(original);
    expect(response.body).toBeNull();
    expect(ends.count).toBe(1);
  });

  it("fails as its original does, and has ended then", async () => {
    const { original, out } = await respond();
    const { response, ends } = streamed(original);
    out.write("first", () => out.destroy());
    await expect(response.text()).rejects.toThrow(new TypeError("terminated"));
    await aWhile();
    expect(ends.count).toBe(1);
  });

  it("lets go of the connection when it is given up, and ends once although a read is under way", async () => {
    const { original, out } = await respond();
    const closed = new Promise<string>((resolve) => out.on("close", () => resolve("closed")));
    const { response, ends } = streamed(original);
    out.write("first");
    const reader = bodyOf(response).getReader();
    await reader.read();
    const pending = reader.read();
    await aWhile();
    await reader.cancel("enough");
    expect(ends.count).toBe(1);
    expect(await closed).toBe("closed");
    expect(await pending).toEqual({ done: true, value: undefined });
    await aWhile();
    expect(ends.count).toBe(1);
  });

  it("ends once when it is given up while pieces wait to be read", async () => {
    const { original, out } = await respond();
    const { response, ends } = streamed(original);
    out.write("first");
    await aWhile();
    await bodyOf(response).cancel();
    await aWhile();
    expect(ends.count).toBe(1);
  });

  it("tells its source why it was given up", async () => {
    const reasons: unknown[] = [];
    const source = new ReadableStream<Uint8Array>({ cancel: (reason) => void reasons.push(reason) });
    const reason = new Error("enough");
    await bodyOf(streamed(new Response(source)).response).cancel(reason);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toBe(reason);
  });

  it("rejects the giving up when its source does, and has ended all the same", async () => {
    const failure = new Error("cannot close");
    const source = new ReadableStream<Uint8Array>({ cancel: () => Promise.reject(failure) });
    const { response, ends } = streamed(new Response(source));
    await expect(bodyOf(response).cancel()).rejects.toBe(failure);
    expect(ends.count).toBe(1);
  });
});
