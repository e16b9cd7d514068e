import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { startGitHubSimulator } from "../github/start-github-simulator.js";
import { startS3Simulator } from "../s3/start-s3-simulator.js";
import { startSlackSimulator } from "../slack/start-slack-simulator.js";
import { answerFailure } from "./answer-failure.js";

afterEach(() => void vi.restoreAllMocks());

describe("a client that goes away in the middle of what it sends", () => {
  it.each([
    ["Slack", startSlackSimulator, "/api/api.test"],
    ["GitHub", startGitHubSimulator, "/user"],
    ["S3", startS3Simulator, "/acme/k"],
  ] as const)("of %s is passed over in silence, and nothing is in the ledger", async (_name, start, path) => {
    const said = vi.spyOn(console, "error").mockReturnValue(undefined);
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
    const simulator = await start();
    onTestFinished(() => simulator.close());
    const socket = connect(Number(new URL(simulator.url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf`);
    // Another whole request shows that the half one has arrived.
    await (await fetch(new URL(path, simulator.url))).text();
    socket.destroy();
    await (await fetch(new URL(path, simulator.url))).text();
    await simulator.close();
    expect(simulator.ledger.count()).toBe(2);
    expect([said.mock.calls, warned.mock.calls]).toEqual([[], []]);
  });
});

describe("a mistake of a simulator", () => {
  it("is answered with 500 and said as a warning", () => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
    const error = new Error("oops");
    expect(answerFailure(error).status).toBe(500);
    expect(warned).toHaveBeenCalledWith(error);
  });
});
