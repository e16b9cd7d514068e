import { describe, expect, it } from "vitest";
import { findAccess } from "./credentials.js";

describe("the token", () => {
  const all = { GITLAB_TOKEN_TEAM_A: "own", GITLAB_TOKEN: "any", GL_TOKEN: "short", CI_JOB_TOKEN: "job" };

  it.each([
    ["an option", { token: "given" }, all, { token: "given" }],
    ["an OAuth option", { oauthToken: "given" }, all, { oauthToken: "given" }],
    ["a job option", { jobToken: "given" }, all, { jobToken: "given" }],
    ["the account's variable", {}, all, { token: "own" }],
    ["GITLAB_TOKEN", {}, { ...all, GITLAB_TOKEN_TEAM_A: "" }, { token: "any" }],
    ["GL_TOKEN", {}, { GL_TOKEN: "short", CI_JOB_TOKEN: "job" }, { token: "short" }],
    ["CI_JOB_TOKEN, as a job's", {}, { CI_JOB_TOKEN: "job" }, { jobToken: "job" }],
    ["the environment where an option is empty", { token: "" }, all, { token: "own" }],
  ])("comes from %s", (_where, options, env, credentials) => {
    expect(findAccess("team-a", options, env).credentials).toEqual(credentials);
  });

  it("may be a function, which is not called", () => {
    const token = () => Promise.reject(new Error("called"));
    expect(findAccess("team-a", { token }, {}).credentials).toEqual({ token });
  });

  it("has to be somewhere", () => {
    expect(() => findAccess("team-a", {}, {})).toThrow(/GITLAB_TOKEN_TEAM_A, GITLAB_TOKEN, GL_TOKEN or CI_JOB_TOKEN/);
  });
});

describe("the host", () => {
  const token = { token: "t" };

  it.each([
    ["the option", { ...token, host: "https://a.example" }, { GITLAB_URL: "https://b.example" }, "https://a.example"],
    [
      "the account's variable",
      token,
      { GITLAB_URL_TEAM_A: "https://a.example", GITLAB_URL: "https://b.example" },
      "https://a.example",
    ],
    ["GITLAB_URL, without its last slash", token, { GITLAB_URL: "https://b.example/git/" }, "https://b.example/git"],
    ["GITLAB_HOST, a bare name too", token, { GITLAB_HOST: "c.example" }, "https://c.example"],
    [
      "the CI server, for a job's own token",
      {},
      { CI_JOB_TOKEN: "j", CI_SERVER_URL: "https://ci.example" },
      "https://ci.example",
    ],
    ["nothing, for any other token", token, { CI_SERVER_URL: "https://ci.example" }, undefined],
  ])("comes from %s", (_where, options, env, host) => {
    expect(findAccess("team-a", options, env as Record<string, string>).host).toBe(host);
  });
});
