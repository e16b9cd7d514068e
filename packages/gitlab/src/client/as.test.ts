import { Gitlab } from "@gitbeaker/rest";
import { withCaller } from "@sluice/core";
import { tokenBucket } from "@sluice/limiter";
import { expect, it } from "vitest";
import { make, makePlain, recorder, rejection } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";
import { GitLabApi } from "./gitlab-api.js";

it("a client made by `as` acts on behalf of its caller, merged into the caller around it", async () => {
  const server = await startServer(() => ({ body: [] }));
  const seen = recorder();
  const gitlab = make({ host: server.host, hooks: seen.hooks });
  const team = gitlab.as({ namespace: "team-a" });
  await gitlab.Projects.all();
  await team.Projects.all();
  await team.as({ user: "ann" }).Projects.all();
  await team.as({ namespace: "team-b" }).requester.get("projects");
  await withCaller({ tenant: "acme", namespace: "outer" }, () => team.Users.showCurrentUser());
  expect(seen.calls.map(({ caller }) => caller)).toEqual([
    undefined,
    { namespace: "team-a" },
    { namespace: "team-a", user: "ann" },
    { namespace: "team-b" },
    { tenant: "acme", namespace: "team-a" },
  ]);
});

it("it shares chain, limits, mode and end with the client it was made of", async () => {
  const server = await startServer();
  const limit = tokenBucket({ refillRate: 1e-4, burst: 1 });
  const gitlab = make({ host: server.host, timeoutMs: 10_000, quota: () => [{ bucket: "all", limit }] });
  const team = gitlab.as({ namespace: "team-a" });
  await team.Projects.show(1);
  expect(await rejection(gitlab.Projects.show(1))).toMatchObject({ code: "LIMIT_EXCEEDED" });
  expect(team.hooks).toBe(gitlab.hooks);
  team.mode = "disabled";
  expect(gitlab.mode).toBe("disabled");
  await gitlab.Projects.show(1);
  team.mode = "enforce";
  await team.close();
  expect(await rejection(gitlab.Projects.show(1))).toMatchObject({ code: "LIMITER_CLOSED" });
});

it("it is a client like the other", async () => {
  const plain = makePlain({ host: "http://127.0.0.1:1" });
  for (const gitlab of [plain, make({ host: "http://127.0.0.1:1" })]) {
    const team = gitlab.as({ namespace: "team-a" });
    expect(team).toBeInstanceOf(GitLabApi);
    expect(team).toBeInstanceOf(Gitlab);
    expect(Object.keys(team)).toEqual(Object.keys(gitlab));
    expect(team.account).toBe(gitlab.account);
    await team[Symbol.asyncDispose]();
  }
});
