// Simulators
export { startSlackSimulator, type SlackSimulator } from "./slack/start-slack-simulator.js";
export type { SlackSimulatorOptions } from "./slack/options.js";
export type { TokenOwner } from "./slack/authorization.js";
export type { ChannelSeed, Seeds, UsergroupSeed, UserSeed } from "./slack/state/seed.js";

// What a Slack simulator holds
export type { SlackState } from "./slack/state/state.js";
export type {
  Bot,
  Channel,
  Message,
  MessageContent,
  ScheduledMessage,
  StoredFile,
  User,
  Usergroup,
  Workspace,
} from "./slack/state/model.js";

// Published limits
export { publishedLimits } from "./slack/generated/published-limits.js";
export type { PublishedLimit } from "./slack/limits/published-limit.js";

// Ledger: what was asked and what was answered
export { createLedger, type Ledger, type LedgerOptions, type WritableLedger } from "./ledger/ledger.js";
export type { LedgerEntry } from "./ledger/entry.js";
export { countEntries, maxInWindow, throttledEntries, type LedgerFilter } from "./ledger/readings.js";

// Limits as a provider counts them
export { minuteMs, type Counter } from "./limits/counter.js";
export { slidingWindow } from "./limits/sliding-window.js";
export { tokenBucket, type Burst } from "./limits/token-bucket.js";
export type { Stranger, StrangerOptions } from "./limits/stranger.js";

// Faults and latency
export type { Fault } from "./http/fault.js";
export type { Latency } from "./http/latency.js";

// Clocks
export { manualClock, monotonicClock, scaledClock, wallClock, type Clock, type ManualClock } from "./clock.js";
