import { Readable } from "node:stream";
import {
  DynamoDB,
  DynamoDBClient,
  type DynamoDBClientConfig,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { measureAws } from "../index.js";
import {
  limitedDynamodb,
  limitedS3,
  newAccount,
  newRegistry,
  plainS3,
  sdkConfigFor,
  sdkS3,
} from "../test-support/clients.test-support.js";
import { type Received, startServer } from "../test-support/server.test-support.js";

const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
const key = { Bucket: "b", Key: "folder/é & ü.txt" };

interface Case {
  readonly what: string;
  readonly options?: S3ClientConfig;
  readonly send: (s3: S3Client) => Promise<unknown>;
}

const cases: readonly Case[] = [
  {
    what: "a text as the body",
    send: (s3) => s3.send(new PutObjectCommand({ ...key, Body: "wörds", Metadata: { a: "b" } })),
  },
  {
    what: "bytes as the body",
    send: (s3) => s3.send(new PutObjectCommand({ ...key, Body: bytes, ContentType: "x/y" })),
  },
  {
    what: "a stream as the body, with the SDK's checksum at its end",
    send: (s3) => s3.send(new PutObjectCommand({ ...key, Body: Readable.from([bytes, bytes]), ContentLength: 512 })),
  },
  { what: "no body", send: (s3) => s3.send(new PutObjectCommand(key)) },
  {
    what: "a range and a version",
    send: (s3) => s3.send(new GetObjectCommand({ ...key, Range: "bytes=0-1", VersionId: "v" })),
  },
  { what: "a HEAD", send: (s3) => s3.send(new HeadObjectCommand(key)) },
  { what: "a list", send: (s3) => s3.send(new ListObjectsV2Command({ Bucket: "b", Prefix: "a/b c", MaxKeys: 3 })) },
  { what: "a copy", send: (s3) => s3.send(new CopyObjectCommand({ ...key, CopySource: "b/other" })) },
  {
    what: "an XML body",
    send: (s3) => s3.send(new DeleteObjectsCommand({ Bucket: "b", Delete: { Objects: [{ Key: "a&<" }] } })),
  },
  { what: "a POST without a body", send: (s3) => s3.send(new CreateMultipartUploadCommand(key)) },
  {
    what: "other retry settings",
    options: { maxAttempts: 7, retryMode: "adaptive" },
    send: (s3) => s3.send(new GetObjectCommand(key)),
  },
  {
    what: "a user agent",
    options: { customUserAgent: [["mine", "1.0"]] },
    send: (s3) => s3.send(new GetObjectCommand(key)),
  },
  { what: "cached middleware", options: { cacheMiddleware: true }, send: (s3) => s3.send(new GetObjectCommand(key)) },
  {
    what: "no checksums",
    options: { requestChecksumCalculation: "WHEN_REQUIRED" },
    send: (s3) => s3.send(new PutObjectCommand({ ...key, Body: "w" })),
  },
];

describe("S3: what goes out is the SDK's own, header by header", () => {
  it.each(cases)("$what", async ({ options, send }) => {
    const server = await startServer(({ method }) => (method === "HEAD" ? {} : { body: "<Result/>" }));
    for (const make of [sdkS3, limitedS3, plainS3]) await send(make(server.origin, options));
    expect(server.received).toHaveLength(3);
    const [first, ...others] = server.received.map(comparable);
    for (const other of others) expect(other).toEqual(first);
  });
});

describe("DynamoDB: what goes out is the SDK's own, header by header", () => {
  it.each([
    [
      "a query",
      (client: DynamoDBClient) => client.send(new QueryCommand({ TableName: "t", KeyConditionExpression: "a = :b" })),
    ],
    [
      "a put",
      (client: DynamoDBClient) => client.send(new PutItemCommand({ TableName: "t", Item: { id: { B: bytes } } })),
    ],
    [
      "a token of the caller's",
      (client: DynamoDBClient) =>
        client.send(new TransactWriteItemsCommand({ TransactItems: [], ClientRequestToken: "mine" })),
    ],
  ])("%s", async (_name, send) => {
    const server = await startServer(() => ({ body: {} }));
    const config: DynamoDBClientConfig = sdkConfigFor(server.origin);
    const plain = measureAws(new DynamoDBClient(config), { account: newAccount(), registry: newRegistry() });
    for (const client of [new DynamoDBClient(config), limitedDynamodb(server.origin), plain]) await send(client);
    const [first, ...others] = server.received.map(comparable);
    for (const other of others) expect(other).toEqual(first);
    expect(others).toHaveLength(2);
  });

  it("by the methods of an aggregated client too", async () => {
    const server = await startServer(() => ({ body: {} }));
    const config: DynamoDBClientConfig = sdkConfigFor(server.origin);
    const plain = measureAws(new DynamoDB(config), { account: newAccount(), registry: newRegistry() });
    for (const client of [new DynamoDB(config), plain])
      await client.getItem({ TableName: "t", Key: { id: { S: "1" } } });
    expect(comparable(server.received[1] as Received)).toEqual(comparable(server.received[0] as Received));
  });
});

/** Without what the SDK draws anew for each request, and what follows from the time. The order of headers counts. */
function comparable({ method, path, headers, body }: Received): object {
  const drawn = /^(?:amz-sdk-invocation-id|x-amz-date|authorization)$/i;
  return {
    line: `${method} ${path}`,
    headers: headers.map(([name, value]) => [name, drawn.test(name) ? signedHeaders(value) : value]),
    body: body.toString("latin1").replaceAll(/chunk-signature=[\da-f]+/g, "chunk-signature"),
  };
}

/** Which headers were signed does not change with the time. */
function signedHeaders(value: string): string {
  return /SignedHeaders=([^,]*)/.exec(value)?.[1] ?? "drawn";
}
