import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as ec2 from "@aws-sdk/client-ec2";
import * as s3 from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { accessOf, isIdempotent } from "./access.js";
import { modelOf } from "./schema.js";

type CommandClass = new (input: object) => { readonly schema?: unknown };

/** The commands of a client that are writes, and those of them that may be repeated after an unclear outcome. */
function writesOf(
  service: string,
  module: object,
): { readonly all: readonly string[]; readonly idempotent: readonly string[] } {
  const commands = Object.entries(module).filter(([name]) => /^[A-Z]\w*Command$/.test(name));
  const writes = commands
    .map(([name, Command]) => ({
      service,
      action: name.slice(0, -7),
      model: modelOf(new (Command as CommandClass)({}).schema),
    }))
    .filter(({ model, ...name }) => accessOf(name, model) === "write");
  const idempotent = writes.filter(({ model, ...name }) => isIdempotent(name, model, {}));
  return { all: writes.map(({ action }) => action), idempotent: idempotent.map(({ action }) => action) };
}

describe("writes that are repeated after an unclear outcome", () => {
  it("of DynamoDB are those whose token the SDK fills in", () => {
    expect(writesOf("DynamoDB", dynamodb).idempotent).toEqual([
      "ExecuteTransaction",
      "ExportTableToPointInTime",
      "ImportTable",
      "StartBulkPutItems",
      "TransactWriteItems",
    ]);
  });

  it("of S3 are all but these, which are POSTs", () => {
    const { all, idempotent } = writesOf("S3", s3);
    expect(all.filter((action) => !idempotent.includes(action))).toEqual([
      "CompleteMultipartUpload",
      "CreateBucketMetadataConfiguration",
      "CreateBucketMetadataTableConfiguration",
      "CreateMultipartUpload",
      "DeleteObjects",
      "RestoreObject",
      "WriteGetObjectResponse",
    ]);
    expect(all).toEqual(
      expect.arrayContaining(["PutObject", "CopyObject", "DeleteObject", "RenameObject", "UploadPart"]),
    );
  });

  it("of EC2 are those with a client token", () => {
    const { idempotent } = writesOf("EC2", ec2);
    expect(idempotent).toEqual(expect.arrayContaining(["RunInstances", "CreateVolume", "CreateFleet"]));
    expect(idempotent).not.toContain("TerminateInstances");
  });

  it.each(["IfNoneMatch", "IfMatch", "CopySourceIfMatch", "DestinationIfNoneMatch", "WriteOffsetBytes"])(
    "of S3 are none with %s",
    (argument) => {
      const model = { method: "PUT", tokens: [] };
      expect(isIdempotent({ service: "S3", action: "PutObject" }, model, { Key: "k" })).toBe(true);
      expect(isIdempotent({ service: "S3", action: "PutObject" }, model, { Key: "k", [argument]: 1 })).toBe(false);
      expect(isIdempotent({ service: "S3", action: "PutObject" }, model, { Key: "k", [argument]: undefined })).toBe(
        true,
      );
    },
  );
});

describe("reads", () => {
  const none = modelOf(undefined);
  it.each([
    ["DynamoDB", "Query", "read"],
    ["DynamoDB", "BatchGetItem", "read"],
    ["DynamoDB", "PutItem", "write"],
    ["EC2", "DescribeInstances", "read"],
    ["EC2", "GetawaySomething", "write"],
    ["SQS", "ReceiveMessage", "write"],
    ["SQS", "GetQueueUrl", "read"],
    ["SFN", "GetActivityTask", "write"],
    ["KMS", "Decrypt", "write"],
  ] as const)("%s.%s is a %s", (service, action, access) => {
    expect(accessOf({ service, action }, none)).toBe(access);
  });

  it("are told by the HTTP method where there is one, and an unknown command is a write", () => {
    expect(accessOf({ service: "S3", action: "CreateSession" }, { method: "GET", tokens: [] })).toBe("read");
    expect(accessOf(undefined, none)).toBe("write");
  });
});

it("a model of another shape is no model", () => {
  for (const odd of [
    undefined,
    null,
    5,
    {},
    [],
    [9],
    [9, "ns", "n", 0, () => 0],
    [9, "ns", "n", { http: 5 }, [3, "", "", 0, 5]],
  ])
    expect(modelOf(odd)).toEqual({ method: undefined, tokens: [] });
});
