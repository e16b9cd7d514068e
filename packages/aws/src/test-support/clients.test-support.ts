import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { Call, Hook } from "@sluice/core";
import { Registry } from "prom-client";
import { onTestFinished } from "vitest";
import { type AwsApi, type AwsOptions, createAwsApi, createS3Api, S3Api, type S3FactoryOptions } from "../index.js";

export const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI-secret",
  sessionToken: "session-token-0123",
};

let made = 0;

/** An account that no other test uses: its buckets are its own. */
export function newAccount(): string {
  made += 1;
  return `account-${made}`;
}

export function newRegistry(): NonNullable<AwsOptions["registry"]> {
  return new Registry();
}

/** What every client of a test is told: where the server is, and who asks. */
export function sdkConfigFor(origin: string): {
  endpoint: string;
  region: string;
  credentials: typeof credentials;
  disableHostPrefix: true;
} {
  return { endpoint: origin, region: "eu-west-1", credentials, disableHostPrefix: true };
}

/** The SDK's own client. */
export function sdkS3(origin: string, options: S3ClientConfig = {}): S3Client {
  return closed(new S3Client({ ...sdkConfigFor(origin), forcePathStyle: true, ...options }));
}

/** Ours, constructed plainly. */
export function plainS3(origin: string, options: ConstructorParameters<typeof S3Api>[1] = {}): S3Api {
  return closed(
    new S3Api(newAccount(), { ...sdkConfigFor(origin), forcePathStyle: true, registry: newRegistry(), ...options }),
  );
}

/** Ours, by the factory; without retries' waits unless told otherwise. */
export function limitedS3(origin: string, options: S3FactoryOptions = {}, account = newAccount()): S3Api {
  return closed(
    createS3Api(account, {
      ...sdkConfigFor(origin),
      forcePathStyle: true,
      registry: newRegistry(),
      env: {},
      retry: { baseMs: 0 },
      log: silent,
      ...options,
    }),
  );
}

export function limitedDynamodb(
  origin: string,
  options: AwsOptions & ConstructorParameters<typeof DynamoDBClient>[0] = {},
  account = newAccount(),
): AwsApi<DynamoDBClient> {
  return closed(
    createAwsApi(DynamoDBClient, account, {
      ...sdkConfigFor(origin),
      registry: newRegistry(),
      env: {},
      retry: { baseMs: 0 },
      log: silent,
      ...options,
    }),
  );
}

/** A hook of each stage that keeps the calls it sees. */
export function recorder(): { readonly hooks: readonly Hook[]; readonly calls: Call[]; readonly attempts: Call[] } {
  const calls: Call[] = [];
  const attempts: Call[] = [];
  const keep = (list: Call[]) => (call: Call) => void list.push(call);
  return {
    calls,
    attempts,
    hooks: [
      { name: "seen-call", stage: "call", before: keep(calls) },
      { name: "seen-attempt", before: keep(attempts) },
    ],
  };
}

/** The error a promise rejects with; one that resolves fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("the promise resolved");
}

const silent = { info: () => {}, warn: () => {} };

function closed<Client extends { destroy(): void }>(client: Client): Client {
  onTestFinished(() => client.destroy());
  return client;
}
