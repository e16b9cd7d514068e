import { describe, expect, it } from "vitest";
import { withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { kinds, make, recorder, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 251));
const binary = { headers: { "content-type": "application/octet-stream" }, body: bytes };

async function read(stream: unknown): Promise<Buffer> {
  return Buffer.from(await new Response(stream as ReadableStream).arrayBuffer());
}

describe.each(kinds)("by %s", (_name, kind) => {
  it("a download comes as a blob, and as a stream where one is asked for", async () => {
    const server = await startServer(() => binary);
    const gitlab = kind({ host: server.host });
    const blob = await gitlab.Repositories.showArchive(1);
    expect(Buffer.from(await (blob as Blob).arrayBuffer())).toEqual(bytes);
    const stream = await gitlab.Repositories.showArchive(1, { asStream: true } as never);
    expect(await read(stream)).toEqual(bytes);
    const expanded = await gitlab.requester.get("projects/1/repository/archive.zip", { asStream: true });
    expect(expanded.headers["content-type"]).toBe("application/octet-stream");
    expect(await read(expanded.body)).toEqual(bytes);
  });

  it("an artifact and an export come whole", async () => {
    const server = await startServer(() => binary);
    const gitlab = kind({ host: server.host });
    const artifact = await gitlab.JobArtifacts.downloadArchive(1, { jobId: 2 });
    expect((artifact as unknown as Blob).size).toBe(bytes.length);
    expect((await gitlab.ProjectImportExports.download(1)).size).toBe(bytes.length);
  });

  it("a file goes up as it is", async () => {
    const server = await startServer(() => ({ body: { id: 1 } }));
    const file = { content: new Blob([bytes]), filename: "a.bin" };
    await kind({ host: server.host }).ProjectImportExports.import(file, "group/project");
    const [sent] = server.received;
    expect(sent?.body.includes(bytes)).toBe(true);
    expect(sent?.headers.find(([name]) => name === "content-type")?.[1]).toMatch(/^multipart\/form-data; boundary=/);
  });

  it("requests go by the agent", async () => {
    const used: unknown[] = [];
    const agent = {
      dispatch(options: unknown, handler: { onError(error: Error): void }) {
        used.push(options);
        handler.onError(new Error("no way out"));
        return true;
      },
    };
    await rejection(kind({ host: "http://127.0.0.1:1234", agent: agent as never }).Projects.show(1));
    expect(used).toEqual([expect.objectContaining({ path: "/api/v4/projects/1" })]);
  });
});

describe("a stream", () => {
  it("is one attempt, which ends with its headers", async () => {
    const clock = createFakeClock();
    const server = await startServer(() => binary);
    const seen = recorder();
    const gitlab = make({ host: server.host, hooks: seen.hooks, timeoutMs: 200, clock });
    const stream = await gitlab.Repositories.showArchive(1, { asStream: true } as never);
    await clock.advance(250);
    expect(await read(stream)).toEqual(bytes);
    expect(seen.attempts).toHaveLength(1);
  });

  it("ends when the caller aborts", async () => {
    const server = await startServer(() => ({ ...binary, headers: { "content-length": "200000" } }));
    const gitlab = make({ host: server.host });
    const abort = new AbortController();
    const stream = await withCallOptions({ signal: abort.signal }, () =>
      gitlab.Repositories.showArchive(1, { asStream: true } as never),
    );
    const reading = rejection(read(stream));
    abort.abort(new Error("enough"));
    expect(await reading).toMatchObject({ message: "enough" });
  });

  it("that is refused is repeated, and fails, like any other request", async () => {
    const server = await startServer((_request, index) => (index === 0 ? { status: 503 } : { status: 404 }));
    const gitlab = make({ host: server.host, retry: { baseMs: 0 } });
    const error = await rejection(gitlab.Repositories.showArchive(1, { asStream: true } as never));
    expect([error.name, server.received.length]).toEqual(["GitbeakerRequestError", 2]);
  });
});
