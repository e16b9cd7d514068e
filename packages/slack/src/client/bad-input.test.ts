import { createServer } from "node:net";
import { ConfigError, isSluiceError, withCallOptions } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { slidingWindow } from "@sluice/limiter";
import { startSlackSimulator } from "@sluice/simulators";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSlackApi, SlackApi, type SlackFactoryOptions } from "../index.js";
import { type Row, rows } from "../test-support/bad-options.test-support.js";
import { keptLog, newWorkspace, rejection, token } from "../test-support/clients.test-support.js";

let slack: Awaited<ReturnType<typeof startSlackSimulator>>;
let connections = 0;
const redis = createServer(() => (connections += 1));
let redisUrl = "";

beforeAll(async () => {
  slack = await startSlackSimulator();
  await new Promise<void>((resolve) => redis.listen(0, "127.0.0.1", resolve));
  redisUrl = `redis://127.0.0.1:${(redis.address() as { port: number }).port}`;
});
afterAll(async () => {
  redis.close();
  await slack.close();
});

const attempt = ({ options, env, ...rest }: Partial<Row>): unknown => {
  try {
    const given = {
      slackApiUrl: slack.url,
      logger: keptLog(),
      ...(env?.["REDIS_URL"] === undefined && { redis: redisUrl }),
      token,
      env: { ...env },
      ...options,
    };
    return createSlackApi(("workspace" in rest ? rest.workspace : "acme") as string, given as SlackFactoryOptions);
  } catch (error) {
    return error;
  }
};

describe("a factory refuses before anything is sent or opened", () => {
  it.each(rows)("$option: $shown", (row) => {
    const error = attempt(row);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", option: row.option });
    const { message, stack } = error as ConfigError;
    expect(message.startsWith(`${row.option} must be `)).toBe(true);
    expect(message).toContain(row.accepted);
    expect(message).toContain(row.shown);
    expect(`${stack} ${JSON.stringify(error)}`).not.toMatch(/hunter2|xoxb.1/);
  });

  it.each([
    [[{ name: "mine" }, { name: "mine" }], /already a hook named mine/],
    [[{ name: "retry" }], /already a hook named retry/],
    [[{ name: "rate-limit" }], /already a hook named rate-limit/],
    [[{ name: "metrics" }], /already a hook named metrics/],
    [[{ name: "" }], /needs a name/],
    [[{ name: "x", stage: "later" }], /stage of hook x must be "call" or "attempt", got "later"/],
    [[{ name: "x", before: 5 }], /before of hook x must be a function, got 5/],
  ])("hooks %o", (hooks, message) => {
    const error = attempt({ options: { hooks } });
    expect(isSluiceError(error) && ["HOOK_INVALID", "CONFIG_INVALID"].includes(error.code)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it("and nothing was: no request, no connection", async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(slack.ledger.entries()).toEqual([]);
    expect(connections).toBe(0);
  });

  it("but a sound one is made, and takes an Authorization header for a token", () => {
    expect(attempt({})).toBeInstanceOf(SlackApi);
    expect(attempt({ options: { token: undefined, headers: { authorization: `Bearer ${token}` } } })).toBeInstanceOf(
      SlackApi,
    );
  });
});

describe("a call is refused before anything is sent", () => {
  const sound = (options: SlackFactoryOptions = {}): SlackApi =>
    createSlackApi(newWorkspace(), { token, slackApiUrl: slack.url, logger: keptLog(), env: {}, ...options });

  it.each([0, -1, Number.NaN])("with a timeout of %o around it", async (timeoutMs) => {
    const error = await rejection(withCallOptions({ timeoutMs }, () => sound().users.list({})));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", option: "timeoutMs" });
  });

  it.each([
    [{ bucket: "b", limit: slidingWindow({ limit: 3, windowMs: 1000 }), cost: 4 }, "cost", "4"],
    [{ bucket: "b", limit: slidingWindow({ limit: 3, windowMs: 1000 }), cost: -1 }, "cost", "-1"],
    [{ bucket: "b", limit: slidingWindow({ limit: 3, windowMs: 1000 }), cost: 0.5 }, "cost", "0.5"],
    [{ bucket: "", limit: slidingWindow({ limit: 3, windowMs: 1000 }) }, "bucket", '""'],
    [{ bucket: "b", limit: { kind: "leaky" } as never }, "limit", "leaky"],
  ])("with a charge of the user's own quota such as %o", async (charge, option, shown) => {
    // The clock stands still: whoever waited would never come back.
    const error = await rejection(sound({ quota: () => [charge], clock: createFakeClock() }).users.list({}));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: "CONFIG_INVALID", option: expect.stringContaining(option) });
    expect(error.message).toContain(shown);
  });

  it.each([
    [{ maxRetries: -1 }, "maxRetries"],
    [{ baseMs: Number.NaN }, "baseMs"],
    [{ maxRetryAfterMs: 0 }, "maxRetryAfterMs"],
  ])("with retry options such as %o, where the factory has not refused them", async (retry, option) => {
    const error = await rejection((async () => sound({ retry }).users.list({}))());
    expect(error).toMatchObject({ code: "CONFIG_INVALID", option });
  });

  it("and nothing was", () => {
    expect(slack.ledger.entries()).toEqual([]);
  });
});
