import { Observable } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
// The SDK exports one of its three variants; the others can be had by their path alone.
import { ObservableCoreV1Api } from "@kubernetes/client-node/dist/gen/types/ObservableAPI.js";
import { PromiseCoreV1Api } from "@kubernetes/client-node/dist/gen/types/PromiseAPI.js";
import { client, recorder } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

describe("the SDK's other variants", () => {
  it("with promises, whose arguments stand in a row, passes both stages once", async () => {
    const server = await startServer();
    const seen = recorder();
    await client(server.origin, { hooks: seen.hooks }).client(PromiseCoreV1Api).readNode("n");
    expect([...seen.calls, ...seen.attempts].map(({ operation }) => operation)).toEqual(
      Array(2).fill("CoreV1Api.readNode"),
    );
    expect(server.received[0]?.path).toBe("/api/v1/nodes/n");
  });

  it("with observables goes on answering with one, and a method that calls another is one call", async () => {
    const server = await startServer();
    const seen = recorder();
    const answer = client(server.origin, { hooks: seen.hooks }).client(ObservableCoreV1Api).readNode("n");
    expect(answer).toBeInstanceOf(Observable);
    await answer.toPromise();
    expect([...seen.calls, ...seen.attempts].map(({ operation }) => operation)).toEqual(
      Array(2).fill("CoreV1Api.readNode"),
    );
  });
});
