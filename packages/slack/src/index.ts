// The client and its factory
export { createSlackApi } from "./client/create-slack-api.js";
export type { SlackApiOptions, SlackFactoryOptions } from "./client/options.js";
export { SlackApi } from "./client/slack-api.js";

// The quota, and the published figures it is made of
export {
  asOf,
  messagePosting,
  methodsWithoutTier,
  recommended,
  slackMethods,
  slackSources,
  slackTiers,
} from "./quota/generated/methods.js";
export type { MethodLimit, PublishedRate, TierName } from "./quota/method-limit.js";
export type { SlackQuotaOptions } from "./quota/options.js";
