import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  paginateListBuckets,
  paginateListObjectsV2,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { bench, failureOf } from "./simulator.test-support.js";

const Bucket = "acme";
/** Keys of objects, or common prefixes. */
type Entries = readonly { readonly Key?: string | undefined; readonly Prefix?: string | undefined }[];

const names = (entries: Entries = []) => entries.map(({ Key, Prefix }) => Key ?? Prefix);

describe("a bucket", () => {
  it("is made, found, listed and deleted", async () => {
    const { client } = await bench();
    await client.send(new CreateBucketCommand({ Bucket: "new-one" }));
    expect((await client.send(new HeadBucketCommand({ Bucket: "new-one" }))).BucketRegion).toBe("us-east-1");
    const { Buckets, Owner } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(["acme", "new-one"]);
    expect(Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
    await client.send(new DeleteBucketCommand({ Bucket: "new-one" }));
    expect(await failureOf(client.send(new HeadBucketCommand({ Bucket: "new-one" })))).toBe("NotFound 404");
    expect(await failureOf(client.send(new DeleteBucketCommand({ Bucket: "new-one" })))).toBe("NoSuchBucket 404");
  });

  it("must be empty to be deleted", async () => {
    const { client } = await bench({ buckets: { acme: { k: "x" } } });
    expect(await failureOf(client.send(new DeleteBucketCommand({ Bucket })))).toBe("BucketNotEmpty 409");
  });

  it("may be made twice in the oldest region only, and needs a good name", async () => {
    const { client } = await bench();
    await client.send(new CreateBucketCommand({ Bucket }));
    const CreateBucketConfiguration = { LocationConstraint: "eu-central-1" } as const;
    const create = (name: string) => client.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration }));
    await create("there");
    expect(await failureOf(create("there"))).toBe("BucketAlreadyOwnedByYou 409");
    expect((await client.send(new GetBucketLocationCommand({ Bucket: "there" }))).LocationConstraint).toBe(
      "eu-central-1",
    );
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
    expect(await failureOf(create("Upper"))).toBe("InvalidBucketName 400");
  });

  it("is listed page by page with others", async () => {
    const { client } = await bench({ buckets: ["one", "two", "three"] });
    const pages: (string | undefined)[][] = [];
    for await (const { Buckets } of paginateListBuckets({ client, pageSize: 2 }, {})) {
      pages.push(Buckets?.map(({ Name }) => Name) ?? []);
    }
    expect(pages).toEqual([["one", "three"], ["two"]]);
  });

  it("keeps its settings, which mean nothing else, and says when there are none", async () => {
    const { client } = await bench();
    expect(await failureOf(client.send(new GetBucketTaggingCommand({ Bucket })))).toBe("NoSuchTagSet 404");
    const TagSet = [{ Key: "a", Value: "1" }];
    await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await client.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    await client.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await failureOf(client.send(new GetBucketTaggingCommand({ Bucket })))).toBe("NoSuchTagSet 404");
    expect(await failureOf(client.send(new GetBucketPolicyCommand({ Bucket })))).toBe("NoSuchBucketPolicy 404");
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy: '{"Version":"2012-10-17"}' }));
    expect((await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe('{"Version":"2012-10-17"}');
    expect((await client.send(new GetBucketRequestPaymentCommand({ Bucket }))).Payer).toBe("BucketOwner");
  });

  it("says so when what is asked of it is not simulated", async () => {
    const { client, simulator } = await bench();
    expect(await failureOf(client.send(new GetBucketVersioningCommand({ Bucket })))).toBe("NotImplemented 501");
    const odd = await fetch(`${simulator.url}/acme`, { method: "PATCH", headers: { authorization: "AWS any:x" } });
    expect(odd.status).toBe(405);
    expect(simulator.ledger.entries().map(({ method }) => method)).toEqual(["GetBucketVersioning", "other"]);
  });
});

describe("a list of objects", () => {
  const keys = ["a/1", "a/2", "a/b/3", "b", "c/4", "d"];
  const seeded = { buckets: { acme: Object.fromEntries(keys.map((key) => [key, "x"])) } };

  it("is in the order of bytes, whatever the order of writing", async () => {
    const { client } = await bench();
    for (const Key of ["\u{1F600}", "é", "b", "\uFF5E", "B", "a", "a/b", "a-b"]) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    }
    const { Contents, KeyCount } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(names(Contents)).toEqual(["B", "a", "a-b", "a/b", "b", "é", "\uFF5E", "\u{1F600}"]);
    expect(KeyCount).toBe(8);
  });

  it("gives what is known of each", async () => {
    const { client } = await bench();
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: "<k> & \r", Body: "xyz" }));
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }));
    expect(Contents).toMatchObject([
      { Key: "<k> & \r", ETag, Size: 3, StorageClass: "STANDARD", ChecksumAlgorithm: ["CRC32"] },
    ]);
    expect(Contents?.[0]?.LastModified).toBeInstanceOf(Date);
    expect(Contents?.[0]?.Owner?.DisplayName).toBe("acme");
  });

  it("can be narrowed to a prefix and summed up at a delimiter", async () => {
    const { client } = await bench(seeded);
    const list = async (more: object) => {
      const page = await client.send(new ListObjectsV2Command({ Bucket, ...more }));
      return [names(page.Contents), names(page.CommonPrefixes)];
    };
    expect(await list({ Prefix: "a/" })).toEqual([["a/1", "a/2", "a/b/3"], []]);
    expect(await list({ Delimiter: "/" })).toEqual([
      ["b", "d"],
      ["a/", "c/"],
    ]);
    expect(await list({ Delimiter: "/", Prefix: "a/" })).toEqual([["a/1", "a/2"], ["a/b/"]]);
    expect(await list({ StartAfter: "a/2" })).toEqual([["a/b/3", "b", "c/4", "d"], []]);
    expect(await list({ StartAfter: "a/2", Delimiter: "/" })).toEqual([
      ["b", "d"],
      ["a/", "c/"],
    ]);
    expect(await list({ Prefix: "none" })).toEqual([[], []]);
    expect(await list({ MaxKeys: 0 })).toEqual([[], []]);
    expect(await list({ Prefix: "a/", EncodingType: "url" })).toEqual([["a/1", "a/2", "a/b/3"], []]);
  });

  it.each([1, 2, 3, 5])("comes in pages of %i that leave out and repeat nothing", async (pageSize) => {
    const { client, simulator } = await bench(seeded);
    const seen: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket }))
      seen.push(...names(page.Contents));
    expect(seen).toEqual(keys);
    expect(simulator.ledger.count({ method: "ListObjectsV2" })).toBe(Math.ceil(keys.length / pageSize));
    const summed: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket, Delimiter: "/" })) {
      summed.push(...names(page.Contents), ...names(page.CommonPrefixes));
    }
    expect(summed.toSorted()).toEqual(["a/", "b", "c/", "d"]);
  });

  it("in its first version goes on from a marker", async () => {
    const { client } = await bench(seeded);
    const first = await client.send(new ListObjectsCommand({ Bucket, MaxKeys: 4 }));
    expect([names(first.Contents), first.IsTruncated, first.NextMarker]).toEqual([keys.slice(0, 4), true, undefined]);
    const second = await client.send(new ListObjectsCommand({ Bucket, Marker: first.Contents?.at(-1)?.Key }));
    expect([names(second.Contents), second.IsTruncated]).toEqual([keys.slice(4), false]);
    const summed = await client.send(new ListObjectsCommand({ Bucket, MaxKeys: 1, Delimiter: "/" }));
    expect(summed.NextMarker).toBe("a/");
    const next = await client.send(new ListObjectsCommand({ Bucket, Delimiter: "/", Marker: summed.NextMarker }));
    expect([names(next.Contents), names(next.CommonPrefixes)]).toEqual([["b", "d"], ["c/"]]);
  });

  it("has one version of each", async () => {
    const { client } = await bench(seeded);
    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: "a/1" }));
    expect(Versions).toMatchObject([{ Key: "a/1", VersionId: "null", IsLatest: true }]);
  });

  it("refuses a size and a token that it cannot read", async () => {
    const { client } = await bench();
    const list = (more: object) => failureOf(client.send(new ListObjectsV2Command({ Bucket, ...more })));
    expect(await list({ MaxKeys: -1 })).toBe("InvalidArgument 400");
    expect(await list({ ContinuationToken: "odd" })).toBe("InvalidArgument 400");
  });
});
