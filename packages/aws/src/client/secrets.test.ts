import { inspect } from "node:util";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import {
  credentials,
  limitedS3,
  newAccount,
  newRegistry,
  plainS3,
  recorder,
  rejection,
} from "../test-support/clients.test-support.js";
import { startServer, xmlError } from "../test-support/server.test-support.js";
import { createS3Api } from "./s3-api.js";

const secrets = [credentials.secretAccessKey, credentials.sessionToken];

/** Everything that a log would show of a value. */
function shown(value: unknown): string {
  const parts = [inspect(value, { depth: 12 }), String(value)];
  if (value instanceof Error) parts.push(value.message, value.stack ?? "", inspect({ ...value }), inspect(value.cause));
  parts.push(JSON.stringify(value) ?? "");
  return parts.join("\n");
}

describe.each([
  ["createS3Api", limitedS3],
  ["new S3Api", plainS3],
] as const)("%s shows no credentials", (_name, make) => {
  it("when it is inspected, printed or turned into JSON, nor as a caller's", () => {
    const s3 = make("http://127.0.0.1:1");
    for (const client of [s3, s3.as({ namespace: "n" })]) {
      for (const secret of secrets) expect(shown(client)).not.toContain(secret);
      expect(inspect(client, { showHidden: true, depth: 20 })).toMatch(
        /^S3Api \{ client: 'S3Api', account: 'account-\d+' \}$/,
      );
      expect(JSON.parse(JSON.stringify({ client }))).toEqual({
        client: { client: "S3Api", account: expect.any(String) },
      });
    }
  });

  it("in an error, even where the server says them, nor in metrics", async () => {
    const registry = newRegistry();
    const echo = `${credentials.secretAccessKey} and ${credentials.sessionToken}`;
    const server = await startServer(() => ({
      ...xmlError(403, "AccessDenied"),
      body: `<Error><Code>AccessDenied</Code><Message>${echo}</Message></Error>`,
    }));
    const error = await rejection(
      make(server.origin, { registry }).send(new GetObjectCommand({ Bucket: "b", Key: "k" })),
    );
    expect(error.message).toBe("[secret] and [secret]");
    for (const text of [shown(error), await registry.metrics()])
      for (const secret of secrets) expect(text).not.toContain(secret);
  });
});

it("an argument that is a secret does not come back in an error", async () => {
  const key = "a-customers-own-key-of-32-bytes!";
  const server = await startServer(() => ({
    status: 400,
    body: `<Error><Code>InvalidArgument</Code><Message>bad ${Buffer.from(key).toString("base64")} or ${key}</Message></Error>`,
  }));
  const put = new PutObjectCommand({
    Bucket: "b",
    Key: "k",
    Body: "w",
    SSECustomerKey: key,
    SSECustomerAlgorithm: "AES256",
  });
  expect(shown(await rejection(limitedS3(server.origin).send(put)))).not.toContain(key);
});

it("the hooks of the user see arguments, and no credentials", async () => {
  const server = await startServer();
  const seen = recorder();
  await limitedS3(server.origin, { hooks: seen.hooks }).send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
  for (const secret of secrets)
    expect(inspect([seen.calls, seen.attempts], { depth: 20, showHidden: true })).not.toContain(secret);
});

it("credentials of a provider stay the SDK's own business", async () => {
  const server = await startServer();
  let asked = 0;
  const provider = async (): Promise<typeof credentials> => ((asked += 1), credentials);
  const s3 = createS3Api(newAccount(), {
    endpoint: server.origin,
    region: "eu-west-1",
    forcePathStyle: true,
    credentials: provider,
    registry: newRegistry(),
    env: {},
  });
  expect(asked).toBe(0);
  await s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }));
  expect([asked, server.received.length]).toEqual([1, 1]);
  s3.destroy();
});
