import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, errorOf, failureOf } from "./simulator.test-support.js";

const Bucket = "acme";

describe("an object", () => {
  it("comes back as it was put, with what was said of it", async () => {
    const { client } = await bench({ wallClock: manualClock(1_700_000_000_999) });
    const put = await client.send(
      new PutObjectCommand({
        Bucket,
        Key: "a/b c+é&.txt",
        Body: "hello",
        ContentType: "text/plain",
        CacheControl: "no-store",
        Metadata: { colour: "blue" },
      }),
    );
    expect(put).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"', ServerSideEncryption: "AES256" });
    expect(put.$metadata.requestId).toMatch(/^\d{16}$/);
    expect(put.$metadata.extendedRequestId).toBeTypeOf("string");
    const got = await client.send(new GetObjectCommand({ Bucket, Key: "a/b c+é&.txt" }));
    expect(got).toMatchObject({
      ContentLength: 5,
      ContentType: "text/plain",
      CacheControl: "no-store",
      ETag: put.ETag,
      LastModified: new Date(1_700_000_000_000),
      Metadata: { colour: "blue" },
    });
    expect(await got.Body?.transformToString()).toBe("hello");
  });

  it("may be a stream, whose length and checksum follow it in chunks", async () => {
    const { client, simulator } = await bench();
    const bytes = Buffer.alloc(200_000, "0123456789");
    const Body = Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]);
    const sent = await client.send(new PutObjectCommand({ Bucket, Key: "s", Body, ContentLength: bytes.length }));
    expect(simulator.ledger.entries()[0]?.bytes).toBeGreaterThan(bytes.length);
    expect(Buffer.compare(simulator.state.buckets.get(Bucket)?.objects.get("s")?.body ?? Buffer.of(), bytes)).toBe(0);
    expect(sent.ChecksumCRC32).toBe(simulator.state.buckets.get(Bucket)?.objects.get("s")?.checksums.crc32);
    expect(simulator.state.buckets.get(Bucket)?.objects.get("s")?.headers).not.toHaveProperty("content-encoding");
  });

  it("keeps every kind of checksum, and gives it back to be compared", async () => {
    const { client, simulator } = await bench();
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"] as const) {
      await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "123456789", ChecksumAlgorithm }));
      const got = await client.send(new GetObjectCommand({ Bucket, Key: "k", ChecksumMode: "ENABLED" }));
      expect(await got.Body?.transformToString()).toBe("123456789");
      expect(got).toHaveProperty(`Checksum${ChecksumAlgorithm}`);
    }
    expect(simulator.ledger.count({ status: 200 })).toBe(8);
  });

  it("is refused when it is not what its checksum says", async () => {
    const { client, simulator } = await bench();
    const wrong = new PutObjectCommand({ Bucket, Key: "k", Body: "x", ChecksumCRC32: "AAAAAA==" });
    expect(await failureOf(client.send(wrong))).toBe("BadDigest 400");
    const md5 = new PutObjectCommand({ Bucket, Key: "k", Body: "x", ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" });
    expect(await failureOf(client.send(md5))).toBe("BadDigest 400");
    expect(simulator.state.usedBytes()).toBe(0);
  });

  it("that is not there is NoSuchKey, and only a status where no body may be", async () => {
    const { client } = await bench();
    const error = await errorOf(client.send(new GetObjectCommand({ Bucket, Key: "none" })));
    expect(error).toBeInstanceOf(NoSuchKey);
    expect(error).toMatchObject({ Key: "none", message: "The specified key does not exist.", $fault: "client" });
    expect(await failureOf(client.send(new HeadObjectCommand({ Bucket, Key: "none" })))).toBe("NotFound 404");
    expect(await failureOf(client.send(new GetObjectCommand({ Bucket: "nowhere", Key: "k" })))).toBe(
      "NoSuchBucket 404",
    );
  });

  it("is read in part by ranges", async () => {
    const { client } = await bench({ buckets: { acme: { k: "0123456789" } } });
    const read = async (Range: string): Promise<string> => {
      const got = await client.send(new GetObjectCommand({ Bucket, Key: "k", Range }));
      return `${await got.Body?.transformToString()} ${got.ContentRange}`;
    };
    expect(await read("bytes=2-4")).toBe("234 bytes 2-4/10");
    expect(await read("bytes=7-")).toBe("789 bytes 7-9/10");
    expect(await read("bytes=-2")).toBe("89 bytes 8-9/10");
    expect(await read("bytes=8-99")).toBe("89 bytes 8-9/10");
    expect(await read("bytes=4-2")).toBe("0123456789 undefined");
    expect(await failureOf(read("bytes=10-"))).toBe("InvalidRange 416");
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: "k", Range: "bytes=0-3" }));
    expect(ContentLength).toBe(4);
  });

  it("may be read on conditions", async () => {
    const wallClock = manualClock(1_700_000_000_500);
    const { client } = await bench({ buckets: { acme: { k: "x" } }, wallClock });
    const { ETag = "" } = await client.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    const get = (more: object) => client.send(new GetObjectCommand({ Bucket, Key: "k", ...more }));
    expect((await get({ IfMatch: ETag })).ETag).toBe(ETag);
    expect((await get({ IfNoneMatch: '"other"' })).ETag).toBe(ETag);
    expect(await failureOf(get({ IfMatch: '"other"' }))).toBe("PreconditionFailed 412");
    expect((await errorOf(get({ IfNoneMatch: ETag }))).$metadata.httpStatusCode).toBe(304);
    const written = new Date(1_700_000_000_000);
    expect((await errorOf(get({ IfModifiedSince: written }))).$metadata.httpStatusCode).toBe(304);
    expect((await get({ IfUnmodifiedSince: written })).ETag).toBe(ETag);
    expect(await failureOf(get({ IfUnmodifiedSince: new Date(1_600_000_000_000) }))).toBe("PreconditionFailed 412");
  });

  it("may be written on conditions", async () => {
    const { client } = await bench();
    const put = (more: object) => client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ...more }));
    expect(await failureOf(put({ IfMatch: '"a"' }))).toBe("NoSuchKey 404");
    const { ETag } = await put({ IfNoneMatch: "*" });
    expect(await failureOf(put({ IfNoneMatch: "*" }))).toBe("PreconditionFailed 412");
    expect(await failureOf(put({ IfMatch: '"a"' }))).toBe("PreconditionFailed 412");
    expect((await put({ IfMatch: ETag })).ETag).toBe(ETag);
  });

  it("is deleted, alone or with others, and it is no error when it is not there", async () => {
    const { client, simulator } = await bench({ buckets: { acme: { a: "1", b: "2", "c<&>": "3" } } });
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    const Delete = { Objects: [{ Key: "b" }, { Key: "c<&>" }, { Key: "none" }] };
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual(["b", "c<&>", "none"]);
    const quiet = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { ...Delete, Quiet: true } }));
    expect(quiet.Deleted).toBeUndefined();
    expect(simulator.state.usedBytes()).toBe(0);
    const Objects = Array.from({ length: 1_001 }, (_, index) => ({ Key: `${index}` }));
    const tooMany = new DeleteObjectsCommand({ Bucket, Delete: { Objects } });
    expect(await failureOf(client.send(tooMany))).toBe("MalformedXML 400");
  });

  it("is copied with what is said of it, or with other words", async () => {
    const { client, simulator } = await bench();
    await client.send(
      new PutObjectCommand({ Bucket, Key: "from/ä b", Body: "x", Metadata: { a: "1" }, Tagging: "t=1" }),
    );
    const CopySource = encodeURI(`${Bucket}/from/ä b`);
    const { CopyObjectResult } = await client.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource }));
    expect(CopyObjectResult?.ETag).toBe('"9dd4e461268c8034f5c8564e155c67a6"');
    expect(simulator.state.buckets.get(Bucket)?.objects.get("to")).toMatchObject({
      headers: { "x-amz-meta-a": "1" },
      tags: new Map([["t", "1"]]),
    });
    const replaced = { MetadataDirective: "REPLACE", Metadata: { b: "2" } } as const;
    await client.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource, ...replaced }));
    expect(simulator.state.buckets.get(Bucket)?.objects.get("to")?.headers).not.toHaveProperty("x-amz-meta-a");
    const onto = new CopyObjectCommand({ Bucket, Key: "to", CopySource: `/${Bucket}/to` });
    expect(await failureOf(client.send(onto))).toBe("InvalidRequest 400");
    const wrong = new CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/none` });
    expect(await failureOf(client.send(wrong))).toBe("NoSuchKey 404");
    const bad = new CopyObjectCommand({ Bucket, Key: "to", CopySource: Bucket });
    expect(await failureOf(client.send(bad))).toBe("InvalidArgument 400");
    const unless = new CopyObjectCommand({ Bucket, Key: "to", CopySource, CopySourceIfMatch: "other" });
    expect(await failureOf(client.send(unless))).toBe("PreconditionFailed 412");
  });

  it("has tags and attributes", async () => {
    const { client } = await bench({ buckets: { acme: { k: "12345" } } });
    const TagSet = [{ Key: "team", Value: "a&b" }];
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: "k", Tagging: { TagSet } }));
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: "k" }))).TagSet).toEqual(TagSet);
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: "k" }))).TagCount).toBe(1);
    await client.send(new DeleteObjectTaggingCommand({ Bucket, Key: "k" }));
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: "k" }))).TagSet).toEqual([]);
    const asked = new GetObjectAttributesCommand({
      Bucket,
      Key: "k",
      ObjectAttributes: ["ObjectSize", "StorageClass"],
    });
    expect(await client.send(asked)).toMatchObject({ ObjectSize: 5, StorageClass: "STANDARD" });
  });

  it("has a key of at most 1024 bytes", async () => {
    const { client } = await bench();
    expect(await failureOf(client.send(new PutObjectCommand({ Bucket, Key: "é".repeat(513), Body: "" })))).toBe(
      "KeyTooLongError 400",
    );
    await client.send(new PutObjectCommand({ Bucket, Key: "x".repeat(1_024), Body: "" }));
  });

  it("keeps a key that an address would have tidied away", async () => {
    const { client, simulator } = await bench();
    for (const Key of ["a//b", "a/../b", "./c", "/d", "e/"]) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const got = await client.send(new GetObjectCommand({ Bucket, Key }));
      expect(await got.Body?.transformToString()).toBe(Key);
    }
    expect([...(simulator.state.buckets.get(Bucket)?.objects.keys() ?? [])]).toEqual([
      "a//b",
      "a/../b",
      "./c",
      "/d",
      "e/",
    ]);
  });

  it("is refused when the simulator holds as much as it may", async () => {
    const { client, simulator } = await bench({ maxBytes: 10 });
    const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body }));
    await put("a", "12345678");
    expect(await failureOf(put("b", "123"))).toBe("InsufficientStorage 507");
    await put("a", "1");
    await put("b", "123");
    expect(simulator.state.usedBytes()).toBe(4);
  });
});
