import { connect } from "node:net";
import { startRedisServer } from "@sluice/test/redis-server";
import { expect, it, onTestFinished, vi } from "vitest";
import { createSlackApi } from "../index.js";
import { keptLog, newWorkspace, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const MARK = "MARKERabcdef";

/** Names and contents of everything in a Redis, as one text. */
function everything(port: number, password: string): Promise<string> {
  const script =
    "local all = '' for _, key in ipairs(redis.call('KEYS', '*')) do all = all .. key .. ' ' .. redis.call('DUMP', key) .. '\\n' end return all .. 'THE END'";
  const commands = [
    ["AUTH", password],
    ["EVAL", script, "0"],
  ];
  return new Promise((resolve, reject) => {
    let reply = "";
    const socket = connect(port, "127.0.0.1", () => {
      for (const words of commands)
        socket.write(
          `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`,
        );
    });
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      reply += text;
      if (!reply.includes("THE END")) return;
      resolve(reply);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

it("no key and no value in Redis holds a token, and neither do errors and log lines when Redis goes", async () => {
  const redis = await startRedisServer({ password: `password-${MARK}` });
  onTestFinished(() => redis.stop());
  const server = await startServer();
  const lines: string[] = [];
  const note = (fields: object, message: string): void => void lines.push(`${JSON.stringify(fields)} ${message}`);
  const log = keptLog();
  const slack = createSlackApi("acme", {
    token: `xoxb-own-${MARK}`,
    slackApiUrl: server.url,
    // Its answers count, however late they are.
    redis: { url: redis.url, commandTimeoutMs: 10_000 },
    onStoreError: "closed",
    logger: log,
    log: { info: note, warn: note },
    env: {},
  });
  onTestFinished(() => slack.close());
  await slack.users.list({});
  await slack.users.list({ token: `xoxp-call-${MARK}` });
  await slack.chat.postMessage({ channel: "C1", text: "t", token: `xoxp-call-${MARK}` });

  const kept = await everything(redis.port, `password-${MARK}`);
  expect(kept).toContain("{slack:acme}:w:users.list");
  expect(kept).toMatch(/\{slack:acme[^}]*[0-9a-f]{12}\}/);
  expect(kept).toContain("C1");
  expect(kept).not.toContain(MARK);

  await redis.kill();
  const errors = [await rejection(slack.users.list({})), await rejection(slack.users.list({}))];
  expect(lines).toHaveLength(1);
  expect(
    [
      ...errors.map((error) => `${error.stack} ${JSON.stringify(error)}`),
      ...lines,
      ...log.lines.map(({ text }) => text),
    ].join("\n"),
  ).not.toContain(MARK);
});

it("a password that is wrong is not shown", async () => {
  const redis = await startRedisServer({ password: "right" });
  onTestFinished(() => redis.stop());
  const server = await startServer();
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const slack = createSlackApi(newWorkspace(), {
    token: "xoxb-1",
    slackApiUrl: server.url,
    redis: redis.url.replace("right", MARK),
    onStoreError: "closed",
    logger: keptLog(),
    env: {},
  });
  onTestFinished(() => slack.close());
  const errors = [
    await rejection(slack.users.list({})),
    await rejection(slack.users.list({})),
    await rejection(slack.users.list({})),
  ];
  const told = warn.mock.calls.map((call) => JSON.stringify(call)).join();
  warn.mockRestore();
  expect(told).toMatch(/Redis at 127\.0\.0\.1:\d+ cannot be used/);
  expect(told + errors.map((error) => `${error.stack} ${JSON.stringify(error)}`).join()).not.toContain(MARK);
  expect(server.received).toEqual([]);
});
