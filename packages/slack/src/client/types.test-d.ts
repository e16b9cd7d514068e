import type {
  ChatPostMessageArguments,
  ChatPostMessageResponse,
  WebAPICallResult,
  WebClient,
  WebClientOptions,
} from "@slack/web-api";
import type { Caller, HookChain } from "@sluice/core";
import type { ApiLimits } from "@sluice/kit";
import { expectTypeOf } from "vitest";
import { createSlackApi, SlackApi, type SlackApiOptions, type SlackFactoryOptions } from "../index.js";

const slack = createSlackApi("acme");

// A wrapped client is the SDK's, in every member. Those of the event emitter that return `this` return a SlackApi.
type Chaining = "on" | "addListener" | "once" | "off" | "removeListener" | "removeAllListeners";
type Shared = Exclude<keyof WebClient, Chaining>;
expectTypeOf<Pick<SlackApi, Shared>>().toEqualTypeOf<Pick<WebClient, Shared>>();
expectTypeOf<Pick<SlackApi, Chaining>>().toExtend<Pick<WebClient, Chaining>>();
expectTypeOf<Parameters<SlackApi[Chaining]>>().toEqualTypeOf<Parameters<WebClient[Chaining]>>();
expectTypeOf<ReturnType<SlackApi[Chaining]>>().toEqualTypeOf<SlackApi>();
expectTypeOf<ReturnType<typeof createSlackApi>>().toEqualTypeOf<SlackApi>();
expectTypeOf(slack).toExtend<WebClient>();
const asBefore: WebClient = slack;
expectTypeOf(asBefore.usergroups.users.update).toEqualTypeOf(slack.usergroups.users.update);

// Arguments and results.
expectTypeOf(slack.chat.postMessage).parameter(0).toEqualTypeOf<ChatPostMessageArguments>();
expectTypeOf(slack.chat.postMessage).returns.resolves.toEqualTypeOf<ChatPostMessageResponse>();
expectTypeOf(slack.apiCall).toEqualTypeOf<WebClient["apiCall"]>();
expectTypeOf(slack.filesUploadV2).toEqualTypeOf<WebClient["filesUploadV2"]>();
expectTypeOf(slack.paginate).toEqualTypeOf<WebClient["paginate"]>();
expectTypeOf(slack.chatStream).toEqualTypeOf<WebClient["chatStream"]>();
expectTypeOf(slack.apiCall("x")).resolves.toEqualTypeOf<WebAPICallResult>();

// What is ours.
type Ours = Exclude<keyof SlackApi, keyof WebClient>;
expectTypeOf<Extract<Ours, string>>().toEqualTypeOf<
  "workspace" | "hooks" | "mode" | "as" | "limits" | "close" | "toJSON"
>();
expectTypeOf(slack.hooks).toEqualTypeOf<HookChain>();
expectTypeOf(slack.limits).toEqualTypeOf<() => ApiLimits>();
expectTypeOf(slack.as).toEqualTypeOf<(caller: Caller) => SlackApi>();
expectTypeOf<keyof WebClientOptions>().toExtend<keyof SlackApiOptions & keyof SlackFactoryOptions>();
expectTypeOf<Pick<SlackFactoryOptions, keyof WebClientOptions>>().toEqualTypeOf<
  Pick<WebClientOptions, keyof WebClientOptions>
>();

void new SlackApi("acme", "xoxb-1");
void new SlackApi("acme", undefined, { maxRequestConcurrency: 1, hooks: [] });

// @ts-expect-error a workspace is needed
createSlackApi();
// @ts-expect-error the workspace comes first
void new SlackApi();
// @ts-expect-error the plain constructor limits nothing
void new SlackApi("acme", "xoxb-1", { redis: "redis://cache" });
// @ts-expect-error no fifth tier
createSlackApi("acme", { quota: { tier: 5 } });
// @ts-expect-error special is no tier of its own
createSlackApi("acme", { quota: { tier: "special" } });
// @ts-expect-error no such mode
createSlackApi("acme", { mode: "off" });
// @ts-expect-error no such policy
createSlackApi("acme", { onStoreError: "retry" });
// @ts-expect-error options have names that are known
createSlackApi("acme", { timeOutMs: 1 });
// @ts-expect-error arguments are checked as before
void slack.usergroups.users.update({ usergroup: "S1" });
// @ts-expect-error and so are methods
void slack.usergroups.users.replace({ usergroup: "S1", users: "U1" });
// @ts-expect-error the workspace is not changed later
slack.workspace = "other";
