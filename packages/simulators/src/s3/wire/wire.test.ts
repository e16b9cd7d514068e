import { describe, expect, it } from "vitest";
import { S3Error } from "../s3-error.js";
import { readAddress } from "./address.js";
import { checksumOf } from "./checksum.js";
import { decodeChunked } from "./chunked-body.js";
import { parseXml, xmlChildren, xmlDocument, xmlText } from "./xml.js";

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));

describe("an address", () => {
  it.each([
    ["127.0.0.1:4000", "/", undefined, undefined],
    ["127.0.0.1:4000", "/acme", "acme", undefined],
    ["127.0.0.1:4000", "/acme/", "acme", undefined],
    ["localhost:4000", "/acme/a/%C3%A9%20+", "acme", "a/é +"],
    ["[::1]:4000", "/acme//a", "acme", "/a"],
    ["acme.localhost:4000", "/a/b", "acme", "a/b"],
    ["my.acme.localhost", "/", "my.acme", undefined],
    ["acme.s3.eu-central-1.amazonaws.com", "/k", "acme", "k"],
    ["s3.amazonaws.com", "/acme/k", "acme", "k"],
    ["simulator.internal:4000", "/acme/k", "acme", "k"],
  ])("of host %s and path %s means bucket %s and key %s", (host, path, bucket, key) => {
    expect(readAddress(host, path)).toEqual({ bucket, key });
  });

  it("that is encoded wrongly means nothing", () => {
    expect(readAddress("localhost", "/acme/%E0%A4%A")).toBeUndefined();
  });
});

describe("a body in chunks", () => {
  it("is put together, signed or not, with what comes after it", () => {
    const { content, trailers } = decodeChunked(
      bytes("5;chunk-signature=ab\r\nhel\r\n\r\n3\r\nlo!\r\n0\r\nx-amz-checksum-crc32: abcd==\r\nX-Other:1\r\n\r\n"),
    );
    expect(Buffer.from(content).toString()).toBe("hel\r\nlo!");
    expect([...trailers]).toEqual([
      ["x-amz-checksum-crc32", "abcd=="],
      ["x-other", "1"],
    ]);
    expect(decodeChunked(bytes("0\r\n\r\n")).content).toHaveLength(0);
  });

  it.each(["", "5", "5\r\nhel", "5\r\nhello\r\n", "zz\r\n", "-1\r\n"])("cut off at %j is incomplete", (text) => {
    expect(() => decodeChunked(bytes(text))).toThrow(S3Error);
  });
});

describe("a checksum", () => {
  it.each([
    ["crc32", "y/Q5Jg=="],
    ["crc32c", "4waSgw=="],
    ["sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="],
    ["sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="],
    ["crc64nvme", undefined],
  ] as const)("%s of 123456789 is %s", (algorithm, expected) => {
    expect(checksumOf(algorithm, bytes("123456789"))).toBe(expected);
  });
});

describe("a document", () => {
  it("is read as it was written, marks and line ends included", () => {
    const text = xmlDocument("Root", [
      ["Key", `<a> & "b" \r\n '1'`],
      ["None", undefined],
      ["Entry", [["Number", 1]]],
      ["Entry", [["Number", 2]]],
    ]);
    const tree = parseXml(text, "Root");
    expect(xmlText(tree, "Key")).toBe(`<a> & "b" \r\n '1'`);
    expect(xmlText(tree, "None")).toBeUndefined();
    expect(xmlChildren(tree, "Entry").map((entry) => xmlText(entry, "Number"))).toEqual(["1", "2"]);
  });

  it("that is broken, or another one, is not read", () => {
    expect(parseXml("<Root><Key></Root>", "Root")).toBeUndefined();
    expect(parseXml("<Other/>", "Root")).toBeUndefined();
  });
});
