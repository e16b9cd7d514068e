import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import { bench, errorOf, failureOf } from "./simulator.test-support.js";

const place = { Bucket: "acme", Key: "k" };
const seeded = { buckets: { acme: { k: "hello" } } };

describe("a request", () => {
  it("without an access key is refused", async () => {
    const { simulator } = await bench(seeded);
    const answer = await fetch(`${simulator.url}/acme/k`);
    expect(answer.status).toBe(403);
    expect(answer.headers.get("content-type")).toBe("application/xml");
    expect(answer.headers.get("x-amz-request-id")).toBeTruthy();
    expect(await answer.text()).toContain("<Error><Code>AccessDenied</Code><Message>Access Denied</Message>");
    expect(simulator.ledger.entries()).toMatchObject([{ method: "GetObject", status: 403, accepted: false }]);
  });

  it("with any access key is let in, unless there is a list of them", async () => {
    const { client } = await bench({ ...seeded, credentials: ["AKIAOTHER"] });
    const error = await errorOf(client.send(new GetObjectCommand(place)));
    expect(error).toMatchObject({ name: "InvalidAccessKeyId", AWSAccessKeyId: "AKIASIMULATED" });
    expect(await failureOf(client.send(new HeadObjectCommand(place)))).toMatch(/ 403$/);
    const { client: known } = await bench({ ...seeded, credentials: ["AKIASIMULATED"] });
    expect((await known.send(new GetObjectCommand(place))).ContentLength).toBe(5);
  });
});

describe("a presigned address", () => {
  it("reads and writes without more credentials", async () => {
    const { client, simulator } = await bench();
    const put = await getSignedUrl(client, new PutObjectCommand({ ...place, ContentType: "text/plain" }));
    expect((await fetch(put, { method: "PUT", body: "hello" })).status).toBe(200);
    const get = await getSignedUrl(client, new GetObjectCommand({ ...place, ResponseContentType: "text/x-odd" }));
    const answer = await fetch(get);
    expect(answer.headers.get("content-type")).toBe("text/x-odd");
    expect(await answer.text()).toBe("hello");
    await fetch(await getSignedUrl(client, new DeleteObjectCommand(place)), { method: "DELETE" });
    expect(simulator.ledger.entries().map(({ method }) => method)).toEqual(["PutObject", "GetObject", "DeleteObject"]);
    expect(simulator.state.usedBytes()).toBe(0);
  });

  it("runs out", async () => {
    const { client } = await bench(seeded);
    const signingDate = new Date(Date.now() - 120_000);
    const get = (expiresIn: number) => getSignedUrl(client, new GetObjectCommand(place), { expiresIn, signingDate });
    expect((await fetch(await get(600))).status).toBe(200);
    const late = await fetch(await get(60));
    expect(late.status).toBe(403);
    expect(await late.text()).toContain("Request has expired");
  });
});

describe("a bucket", () => {
  it("may be named in the host", async () => {
    const { clientFor, simulator } = await bench(seeded);
    const port = Number(new URL(simulator.url).port);
    const client = clientFor({ endpoint: `http://localhost:${port}` });
    // Not every resolver knows names below localhost, so the address is put in by hand.
    client.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as { hostname: string; headers: Record<string, string> };
        request.headers["host"] = `${request.hostname}:${port}`;
        request.hostname = "127.0.0.1";
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    const got = await client.send(new GetObjectCommand({ ...place, Key: "k" }));
    expect(await got.Body?.transformToString()).toBe("hello");
    expect(simulator.ledger.entries()[0]).toMatchObject({ path: "/k", account: "acme" });
    await expect(client.send(new GetObjectCommand({ ...place, Bucket: "none" }))).rejects.toThrow(S3ServiceException);
  });
});
