import { Registry } from "prom-client";
import { describe, expect, it, vi } from "vitest";
import { createSlackApi, SlackApi, type SlackFactoryOptions } from "../index.js";
import { keptLog, newWorkspace, rejection, token } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

const factory = (url: string, options: SlackFactoryOptions = {}): SlackApi =>
  createSlackApi(newWorkspace(), { token, slackApiUrl: url, logger: keptLog(), env: {}, ...options });

describe("mode", () => {
  const tight = { quota: { tokens: 1, refillRate: 0.01 }, timeoutMs: 10_000 };
  const counted = async (registry: Registry, name: string): Promise<number> => {
    const line = (await registry.metrics()).split("\n").find((one) => one.startsWith(`${name}{`));
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(" ")));
  };

  it.each([
    ["enforce", 1, 1, 0],
    ["shadow", 5, 1, 4],
    ["disabled", 5, 0, 0],
  ] as const)(
    "%s lets %i of five through, takes %i and records %i refusals",
    async (mode, through, taken, rejected) => {
      for (const how of ["option", "environment"]) {
        const server = await startServer();
        const registry = new Registry();
        const slack = factory(server.url, {
          ...tight,
          registry,
          ...(how === "option" ? { mode, env: {} } : { env: { SLUICE_MODE: mode } }),
        });
        for (let n = 0; n < 5; n += 1) await slack.users.list({}).catch(() => {});
        expect(server.received).toHaveLength(through);
        await vi.waitFor(
          async () =>
            expect([
              await counted(registry, "sluice_rate_limit_acquired_total"),
              await counted(registry, "sluice_rate_limit_rejected_total"),
            ]).toEqual([taken, rejected]),
          { timeout: 10_000 },
        );
      }
    },
  );

  it.each(["shadow", "disabled"] as const)("%s keeps what maxRequestConcurrency means", async (mode) => {
    let inFlight = 0;
    let most = 0;
    const server = await startServer(async () => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inFlight -= 1;
      return {};
    });
    const slack = factory(server.url, { mode, maxRequestConcurrency: 2 });
    await Promise.all(Array.from({ length: 10 }, () => slack.users.list({})));
    expect(most).toBe(2);
  });

  it("can be changed while running, by the client or a copy of it, and not to nonsense", async () => {
    const server = await startServer();
    const slack = factory(server.url, tight);
    await slack.users.list({});
    await rejection(slack.users.list({}));
    slack.as({ namespace: "operator" }).mode = "disabled";
    expect(slack.mode).toBe("disabled");
    await slack.users.list({});
    slack.mode = "enforce";
    await rejection(slack.users.list({}));
    expect(() => (slack.mode = "off" as never)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", option: "mode" }),
    );
    expect(server.received).toHaveLength(2);
  });

  it("of a plain client is disabled, and stays so", () => {
    const slack = new SlackApi(newWorkspace(), token, { logger: keptLog() });
    expect(slack.mode).toBe("disabled");
    slack.mode = "disabled";
    expect(() => (slack.mode = "enforce")).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option: "mode" }));
  });
});
