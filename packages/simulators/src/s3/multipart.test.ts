import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  paginateListParts,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { describe, expect, it } from "vitest";
import { bench, failureOf, type Bench } from "./simulator.test-support.js";

const Bucket = "acme";
const mebibyte = 1024 * 1024;

async function begun({ client }: Bench, Key = "k", more: object = {}) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const place = { Bucket, Key, UploadId };
  return {
    place,
    part: (PartNumber: number, Body: string, sum: object = {}) =>
      client.send(new UploadPartCommand({ ...place, PartNumber, Body, ...sum })),
    complete: (Parts: { PartNumber: number; ETag: string | undefined }[]) =>
      client.send(new CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts } })),
  };
}

describe("an upload in parts", () => {
  it("by lib-storage makes one object, and each request is in the ledger", async () => {
    const { client, simulator } = await bench();
    const bytes = Buffer.alloc(11 * mebibyte, "0123456789abcdef!");
    const Body = Readable.from([bytes.subarray(0, 4 * mebibyte), bytes.subarray(4 * mebibyte)]);
    const upload = new Upload({
      client,
      params: { Bucket, Key: "big", Body, ContentType: "text/x-big", Metadata: { a: "1" } },
    });
    const done = await upload.done();
    const md5 = (piece: Buffer) => createHash("md5").update(piece).digest();
    const parts = [0, 5, 10].map((from) => md5(bytes.subarray(from * mebibyte, (from + 5) * mebibyte)));
    expect(done.ETag).toBe(`"${md5(Buffer.concat(parts)).toString("hex")}-3"`);
    expect(simulator.ledger.entries().map(({ method }) => method)).toEqual([
      "CreateMultipartUpload",
      "UploadPart",
      "UploadPart",
      "UploadPart",
      "CompleteMultipartUpload",
    ]);
    const got = await client.send(new GetObjectCommand({ Bucket, Key: "big", ChecksumMode: "ENABLED" }));
    expect(got).toMatchObject({ ContentType: "text/x-big", Metadata: { a: "1" }, ContentLength: bytes.length });
    expect(Buffer.compare(Buffer.from((await got.Body?.transformToByteArray()) ?? []), bytes)).toBe(0);
    expect(simulator.state.buckets.get(Bucket)?.uploads.size).toBe(0);
    expect(simulator.state.usedBytes()).toBe(bytes.length);
    const second = await client.send(new GetObjectCommand({ Bucket, Key: "big", PartNumber: 3 }));
    expect(second).toMatchObject({ ContentLength: mebibyte, PartsCount: 3 });
    second.Body?.transformToWebStream().cancel();
    const none = client.send(new HeadObjectCommand({ Bucket, Key: "big", PartNumber: 4 }));
    expect(await failureOf(none)).toMatch(/ 400$/);
  });

  it("by lib-storage in one piece is an ordinary put", async () => {
    const { client, simulator } = await bench();
    await new Upload({ client, params: { Bucket, Key: "small", Body: "x" } }).done();
    expect(simulator.ledger.entries().map(({ method }) => method)).toEqual(["PutObject"]);
  });

  it("has a checksum made of those of its parts", async () => {
    const b = await bench({ minPartBytes: 1 });
    const { part, complete } = await begun(b, "k", { ChecksumAlgorithm: "SHA256" });
    expect(await failureOf(part(1, "a"))).toBe("InvalidRequest 400");
    const one = await part(1, "a", { ChecksumAlgorithm: "SHA256" });
    const two = await part(2, "b", { ChecksumAlgorithm: "SHA256" });
    const Parts = [one, two].map(({ ETag, ChecksumSHA256 }, index) => ({
      PartNumber: index + 1,
      ETag,
      ChecksumSHA256,
    }));
    const done = await complete(Parts);
    const sha = (data: string | Buffer) => createHash("sha256").update(data).digest();
    expect(done.ChecksumSHA256).toBe(`${sha(Buffer.concat([sha("a"), sha("b")])).toString("base64")}-2`);
    expect(done.ChecksumType).toBe("COMPOSITE");
  });

  it("takes a part again, and the last one counts", async () => {
    const b = await bench({ minPartBytes: 1 });
    const { part, complete, place } = await begun(b);
    const first = await part(1, "aaaa");
    const again = await part(1, "bb");
    expect(await failureOf(complete([{ PartNumber: 1, ETag: first.ETag }]))).toBe("InvalidPart 400");
    await complete([{ PartNumber: 1, ETag: again.ETag }]);
    const { Body } = await b.client.send(new GetObjectCommand({ Bucket, Key: place.Key }));
    expect(await Body?.transformToString()).toBe("bb");
    expect(b.simulator.state.usedBytes()).toBe(2);
  });

  it("must be completed in order, with parts that are there and large enough", async () => {
    const b = await bench();
    const { part, complete } = await begun(b);
    const [{ ETag: one }, { ETag: two }] = [await part(1, "a"), await part(2, "b")];
    const parts = (...given: [number, string | undefined][]) =>
      failureOf(complete(given.map(([PartNumber, ETag]) => ({ PartNumber, ETag }))));
    expect(await parts([2, two], [1, one])).toBe("InvalidPartOrder 400");
    expect(await parts([1, one], [3, two])).toBe("EntityTooSmall 400");
    expect(await parts([3, two])).toBe("InvalidPart 400");
    expect(await parts()).toBe("MalformedXML 400");
    expect(await failureOf(part(10_001, "x"))).toBe("InvalidArgument 400");
  });

  it("takes parts from objects that are there", async () => {
    const b = await bench({ buckets: { acme: { from: "0123456789" } }, minPartBytes: 1 });
    const { place, complete } = await begun(b);
    const copy = (PartNumber: number, CopySourceRange?: string) =>
      b.client.send(
        new UploadPartCopyCommand({
          ...place,
          PartNumber,
          CopySource: `${Bucket}/from`,
          ...(CopySourceRange !== undefined && { CopySourceRange }),
        }),
      );
    const one = await copy(1, "bytes=2-4");
    const two = await copy(2);
    await complete([one, two].map((copied, index) => ({ PartNumber: index + 1, ETag: copied.CopyPartResult?.ETag })));
    const { Body } = await b.client.send(new GetObjectCommand({ Bucket, Key: "k" }));
    expect(await Body?.transformToString()).toBe("2340123456789");
    expect(await failureOf(copy(3, "odd"))).toBe("NoSuchUpload 404");
  });

  it("lists its parts and is listed until it is aborted", async () => {
    const b = await bench();
    const { part, place } = await begun(b, "logs/k");
    await begun(b, "other");
    for (const number of [3, 1, 2]) await part(number, "x".repeat(number));
    const sizes: (number | undefined)[] = [];
    for await (const { Parts } of paginateListParts({ client: b.client, pageSize: 2 }, place)) {
      sizes.push(...(Parts ?? []).map(({ Size }) => Size));
    }
    expect(sizes).toEqual([1, 2, 3]);
    const first = await b.client.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1 }));
    expect([first.Uploads?.[0]?.Key, first.IsTruncated]).toEqual(["logs/k", true]);
    const rest = await b.client.send(
      new ListMultipartUploadsCommand({
        Bucket,
        KeyMarker: first.NextKeyMarker,
        UploadIdMarker: first.NextUploadIdMarker,
      }),
    );
    expect(rest.Uploads?.map(({ Key }) => Key)).toEqual(["other"]);
    await b.client.send(new AbortMultipartUploadCommand(place));
    expect(await failureOf(b.client.send(new ListPartsCommand(place)))).toBe("NoSuchUpload 404");
    expect(b.simulator.state.usedBytes()).toBe(0);
    const { Uploads } = await b.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "logs/" }));
    expect(Uploads).toBeUndefined();
  });
});
