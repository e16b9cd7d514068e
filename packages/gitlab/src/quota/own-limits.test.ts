import { describe, expect, it } from "vitest";
import { make } from "../test-support/clients.test-support.js";
import { callOf, shortly } from "../test-support/quota.test-support.js";
import { startServer } from "../test-support/server.test-support.js";
import { createOwnLimits } from "./own-limits.js";

const rateLimits = {
  "**": 100,
  "projects/*/issues": 7,
  "projects/*/notes": { method: "post", limit: 3 },
};

describe("gitbeaker's own rateLimits", () => {
  const quota = createOwnLimits(rateLimits, 10, "@git.example");

  it.each([
    ["GET users", { "rateLimits:**@git.example": "100 in 10000 ms" }],
    ["GET projects/1/issues", { "rateLimits:projects/*/issues@git.example": "7 in 10000 ms" }],
    ["POST projects/1/notes", { "rateLimits:projects/*/notes@git.example": "3 in 10000 ms" }],
    // To the SDK a pattern of another method is a match all the same, which then limits nothing.
    ["GET projects/1/notes", {}],
  ])("match as in the SDK: %s", (request, expected) => {
    expect(shortly(quota(callOf(request)))).toEqual(expected);
  });

  it("last a minute where nothing is said, and are none where there are none", () => {
    expect(shortly(createOwnLimits({ "**": 5 }, undefined, "")(callOf("GET user")))).toEqual({
      "rateLimits:**": "5 in 60000 ms",
    });
    expect(createOwnLimits(undefined, undefined, "")(callOf("GET user"))).toEqual([]);
  });

  it("hold in the factory for all resources together, beside the published ones", async () => {
    const server = await startServer();
    const gitlab = make({ host: server.host, rateLimits: { "**": 2 }, timeoutMs: 10_000 });
    await gitlab.Projects.show(1);
    await gitlab.Users.show(1);
    await expect(gitlab.Issues.create(1, "t")).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(server.received).toHaveLength(2);
  });

  it("are off otherwise: a list of the SDK's default limits does not slow the factory", async () => {
    const server = await startServer();
    const gitlab = make({ host: server.host, quota: () => [] });
    await Promise.all(Array.from({ length: 8 }, () => gitlab.ProjectImportExports.download(1)));
    expect(server.received).toHaveLength(8);
  });
});
