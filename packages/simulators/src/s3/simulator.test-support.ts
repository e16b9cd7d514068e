import { S3Client, S3ServiceException, type S3ClientConfig } from "@aws-sdk/client-s3";
import { onTestFinished } from "vitest";
import type { S3SimulatorOptions } from "./options.js";
import { startS3Simulator, type S3Simulator } from "./start-s3-simulator.js";

/** A simulator of one test, and the official client to drive it with. */
export interface Bench {
  readonly simulator: S3Simulator;
  /** A client that does not retry. */
  readonly client: S3Client;
  clientFor(options: S3ClientConfig): S3Client;
}

/** Starts a simulator that is closed when the test ends. */
export async function bench(options: S3SimulatorOptions = {}): Promise<Bench> {
  const simulator = await startS3Simulator(options);
  onTestFinished(() => simulator.close());
  const clientFor = (more: S3ClientConfig): S3Client => {
    const client = new S3Client({
      endpoint: simulator.url,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIASIMULATED", secretAccessKey: "any" },
      maxAttempts: 1,
      ...more,
    });
    onTestFinished(() => client.destroy());
    return client;
  };
  return { simulator, client: clientFor({}), clientFor };
}

/** What a call fails with; a call that succeeds fails the test. */
export async function errorOf(call: Promise<unknown>): Promise<S3ServiceException> {
  try {
    await call;
  } catch (error) {
    if (error instanceof S3ServiceException) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}

/** Name and status of what a call fails with: `NoSuchKey 404`. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  const { name, $metadata } = await errorOf(call);
  return `${name} ${$metadata.httpStatusCode}`;
}
