import { Gitlab, type ProjectSchema } from "@gitbeaker/rest";
import type { Caller, HookChain } from "@sluice/core";
import type { ApiLimits } from "@sluice/kit";
import { expectTypeOf } from "vitest";
import { createGitLabApi, GitLabApi, type GitLabApiOptions, type GitLabFactoryOptions } from "../index.js";

const gitlab = createGitLabApi("acme");
const camel = createGitLabApi("acme", { camelize: true });

// A wrapped client is the SDK's, in every member, with and without camelize.
expectTypeOf<Pick<GitLabApi, keyof Gitlab>>().toEqualTypeOf<Pick<Gitlab, keyof Gitlab>>();
expectTypeOf<Pick<GitLabApi<true>, keyof Gitlab>>().toEqualTypeOf<Pick<Gitlab<true>, keyof Gitlab>>();
expectTypeOf(gitlab).toExtend<Gitlab>();
expectTypeOf(gitlab).toEqualTypeOf<GitLabApi>();
expectTypeOf(camel).toEqualTypeOf<GitLabApi<true>>();
expectTypeOf(new GitLabApi("acme", { camelize: true })).toEqualTypeOf<GitLabApi<true>>();
expectTypeOf(new GitLabApi("acme", { token: "t" })).toEqualTypeOf<GitLabApi>();
const asBefore: Gitlab = gitlab;
expectTypeOf(asBefore.Projects.all).toEqualTypeOf(gitlab.Projects.all);

// gitbeaker's generics: names, pages, expanded answers.
const sdk = new Gitlab({ token: "t" });
const camelSdk = new Gitlab({ token: "t", camelize: true });
expectTypeOf(await gitlab.Projects.all()).toEqualTypeOf(await sdk.Projects.all());
expectTypeOf(await camel.Projects.all()).toEqualTypeOf(await camelSdk.Projects.all());
expectTypeOf(await gitlab.Projects.show(1)).toExtend<ProjectSchema>();
expectTypeOf((await camel.Projects.show(1)).pathWithNamespace).toBeString();
expectTypeOf(await gitlab.Users.all({ showExpanded: true, pagination: "keyset" })).toEqualTypeOf(
  await sdk.Users.all({ showExpanded: true, pagination: "keyset" }),
);
expectTypeOf(await gitlab.Issues.all({ showExpanded: true, pagination: "offset" })).toEqualTypeOf(
  await sdk.Issues.all({ showExpanded: true, pagination: "offset" }),
);

// What is ours.
type Ours = Exclude<keyof GitLabApi, keyof Gitlab>;
expectTypeOf<Extract<Ours, string>>().toEqualTypeOf<
  "account" | "hooks" | "mode" | "as" | "limits" | "close" | "toJSON"
>();
expectTypeOf(gitlab.hooks).toEqualTypeOf<HookChain>();
expectTypeOf(gitlab.limits).toEqualTypeOf<() => ApiLimits>();
expectTypeOf(camel.as).toEqualTypeOf<(caller: Caller) => GitLabApi<true>>();
type SdkOption = "host" | "prefixUrl" | "camelize" | "queryTimeout" | "sudo" | "profileToken" | "rateLimits" | "agent";
expectTypeOf<SdkOption>().toExtend<keyof GitLabApiOptions & keyof GitLabFactoryOptions>();

// @ts-expect-error an account is needed
createGitLabApi();
// @ts-expect-error the account comes first
void new GitLabApi({ token: "t" });
// @ts-expect-error the plain constructor limits nothing
void new GitLabApi("acme", { redis: "redis://cache" });
// @ts-expect-error no such tier
createGitLabApi("acme", { quota: { tier: "premium" } });
// @ts-expect-error no such mode
createGitLabApi("acme", { mode: "off" });
// @ts-expect-error options have names that are known
createGitLabApi("acme", { timeOutMs: 1 });
// @ts-expect-error the requester is ours
createGitLabApi("acme", { requesterFn: () => ({}) });
// @ts-expect-error arguments are checked as before
void gitlab.Issues.create(1);
// @ts-expect-error and so are methods
void gitlab.Issues.open(1);
// @ts-expect-error the account is not changed later
gitlab.account = "other";
