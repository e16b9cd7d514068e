import * as sdk from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { bench } from "./simulator.test-support.js";

/** Sent to addresses of their own, which say what they are more than the request does. */
const elsewhere = ["ListDirectoryBuckets", "WriteGetObjectResponse"];

type Send = (input: object) => Promise<unknown>;

describe("every operation of the client", () => {
  const names = Object.keys(sdk)
    .flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? [])
    .filter((name) => name !== "$" && !elsewhere.includes(name));

  it("is known by its name", async () => {
    expect(names.length).toBeGreaterThan(105);
    const { simulator } = await bench({ enforce: false });
    const all = new sdk.S3({
      endpoint: simulator.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIASIMULATED", secretAccessKey: "any" },
      maxAttempts: 1,
    }) as unknown as Readonly<Record<string, Send>>;
    const seen: [string, string | undefined][] = [];
    for (const name of names) {
      simulator.ledger.clear();
      const method = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
      await all[method]?.(inputOf(name)).catch(() => undefined);
      seen.push([name, simulator.ledger.entries()[0]?.method]);
    }
    expect(seen).toEqual(names.map((name) => [name, name]));
  });
});

/** A list of settings or notes is told from one of them by the name that it lacks. */
function inputOf(name: string): object {
  return /^List(?:Bucket|ObjectAnnotations)/.test(name) ? { Bucket: "acme", Key: "k" } : sample;
}

/** What at least one operation needs; the others take no notice. */
const sample = {
  Bucket: "acme",
  Key: "k",
  Id: "one",
  UploadId: "u",
  PartNumber: 1,
  CopySource: "acme/k",
  RenameSource: "k",
  AnnotationName: "note",
  ObjectAttributes: ["ETag"],
  Delete: { Objects: [{ Key: "k" }] },
  Tagging: { TagSet: [] },
  Body: "x",
};
