import type { OctokitOptions } from "@octokit/core/types";
import { Octokit } from "@octokit/rest";
import type { Caller, HookChain } from "@sluice/core";
import type { ApiLimits } from "@sluice/kit";
import { expectTypeOf } from "vitest";
import { createGitHubApi, etagCache, GitHubApi, type GitHubApiOptions, type GitHubFactoryOptions } from "../index.js";

const github = createGitHubApi("acme");

// A wrapped client is the SDK's, in every member.
expectTypeOf<Pick<GitHubApi, keyof Octokit>>().toEqualTypeOf<Pick<Octokit, keyof Octokit>>();
expectTypeOf(github).toEqualTypeOf<GitHubApi>();
const asBefore: Octokit = github;
expectTypeOf(asBefore.rest).toEqualTypeOf(github.rest);
expectTypeOf(github.rest).toEqualTypeOf<Octokit["rest"]>();
expectTypeOf(github.paginate).toEqualTypeOf<Octokit["paginate"]>();
expectTypeOf(github.graphql).toEqualTypeOf<Octokit["graphql"]>();
expectTypeOf(github.request).toEqualTypeOf<Octokit["request"]>();
expectTypeOf(github.auth).toEqualTypeOf<Octokit["auth"]>();
expectTypeOf(github.hook).toEqualTypeOf<Octokit["hook"]>();

// Arguments and results.
expectTypeOf(github.rest.repos.get).toEqualTypeOf<Octokit["rest"]["repos"]["get"]>();
const own = await github.request("GET /repos/{owner}/{repo}", { owner: "o", repo: "r" });
expectTypeOf(own.data.full_name).toEqualTypeOf<string>();

// What is ours.
type Ours = Exclude<keyof GitHubApi, keyof Octokit>;
expectTypeOf<Extract<Ours, string>>().toEqualTypeOf<
  "account" | "hooks" | "mode" | "as" | "limits" | "close" | "toJSON"
>();
expectTypeOf(github.hooks).toEqualTypeOf<HookChain>();
expectTypeOf(github.limits).toEqualTypeOf<() => ApiLimits>();
expectTypeOf(github.as).parameters.toEqualTypeOf<[Caller]>();
expectTypeOf(github.as({})).toEqualTypeOf<GitHubApi>();
expectTypeOf<OctokitOptions>().toExtend<GitHubApiOptions>();
expectTypeOf<OctokitOptions["request"]>().toExtend<GitHubFactoryOptions["request"]>();

// Plugins add what they add.
const greeting = () => ({ greet: (name: string) => name.length });
const greeted = createGitHubApi("acme", { plugins: [greeting] });
expectTypeOf(greeted.greet).toEqualTypeOf<(name: string) => number>();
expectTypeOf(greeted.rest).toEqualTypeOf<Octokit["rest"]>();
const Own = GitHubApi.plugin(greeting).defaults({ userAgent: "mine" });
expectTypeOf(new Own("acme").greet("a")).toEqualTypeOf<number>();
expectTypeOf(new Own("acme").account).toEqualTypeOf<string>();
// Options that come from elsewhere: what their plugins add is not known.
declare const options: GitHubFactoryOptions;
expectTypeOf(createGitHubApi("acme", options)).toEqualTypeOf<GitHubApi>();
expectTypeOf(createGitHubApi("acme", { ...options, plugins: [greeting] }).greet).returns.toBeNumber();
void new GitHubApi("acme", { auth: "ghp_1", hooks: [etagCache({ maxEntries: 5 })] });
void Octokit;

// @ts-expect-error an account is needed
createGitHubApi();
// @ts-expect-error the account comes first
void new GitHubApi();
// @ts-expect-error the account is a text
void new GitHubApi({ auth: "ghp_1" });
// @ts-expect-error no such tier
createGitHubApi("acme", { quota: { tier: "gold" } });
// @ts-expect-error no such resource
createGitHubApi("acme", { quota: { resources: { cores: 1 } } });
// @ts-expect-error no such mode
createGitHubApi("acme", { mode: "off" });
// @ts-expect-error no such policy
createGitHubApi("acme", { onStoreError: "retry" });
// @ts-expect-error arguments are checked as before
void github.rest.repos.get({ owner: 1 });
// @ts-expect-error and so are methods
void github.rest.repos.gett({ owner: "o", repo: "r" });
// @ts-expect-error the account is not changed later
github.account = "other";
