/** An option that is refused. */
export interface Row {
  /** What the message must name. */
  readonly option: string;
  readonly accepted: string;
  readonly shown: string;
  readonly options?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly workspace?: unknown;
}

const bucket = { kind: "tokenBucket", refillRate: 1, burst: 1 } as const;

export const rows: readonly Row[] = [
  { option: "workspace", accepted: "a text of 1 to 256 characters", shown: '""', workspace: "" },
  { option: "workspace", accepted: "a text of 1 to 256 characters", shown: '"  "', workspace: "  " },
  { option: "workspace", accepted: "a text of 1 to 256 characters", shown: "undefined", workspace: undefined },
  { option: "workspace", accepted: "a text of 1 to 256 characters", shown: "an object", workspace: {} },
  {
    option: "token",
    accepted: "as the token option or in SLACK_TOKEN_ACME or SLACK_TOKEN",
    shown: "undefined",
    options: { token: undefined },
  },
  { option: "token", accepted: "a Slack token without spaces", shown: '"string"', options: { token: "xoxb-1 2" } },
  { option: "token", accepted: "a Slack token without spaces", shown: '"number"', options: { token: 5 } },
  {
    option: "SLACK_TOKEN",
    accepted: "a Slack token without spaces",
    shown: '"string"',
    options: { token: undefined },
    env: { SLACK_TOKEN: "xoxb-1\n" },
  },
  {
    option: "SLACK_TOKEN",
    accepted: "a Slack token without spaces",
    shown: '"string"',
    options: { token: "" },
    env: { SLACK_TOKEN_ACME: "", SLACK_TOKEN: "xoxb 1" },
  },
  {
    option: "SLACK_TOKEN_ACME",
    accepted: "a Slack token without spaces",
    shown: '"string"',
    options: { token: undefined },
    env: { SLACK_TOKEN_ACME: "xoxb 1", SLACK_TOKEN: "xoxb-1" },
  },
  {
    option: "quota.tier",
    accepted: "1, 2, 3, 4 or tier1, tier2, tier3, tier4",
    shown: '"tier5"',
    options: { quota: { tier: "tier5" } },
  },
  {
    option: "quota.tier",
    accepted: "1, 2, 3, 4 or tier1",
    shown: '"special"',
    options: { quota: { tier: "special" } },
  },
  {
    option: "SLACK_RATE_LIMIT_TIER",
    accepted: "1, 2, 3, 4 or tier1",
    shown: '"0"',
    env: { SLACK_RATE_LIMIT_TIER: "0" },
  },
  {
    option: "quota.tokens",
    accepted: "a whole number from 1 to 100000",
    shown: "0",
    options: { quota: { tokens: 0 } },
  },
  {
    option: "quota.tokens",
    accepted: "a whole number from 1 to 100000",
    shown: "2.5",
    options: { quota: { tokens: 2.5 } },
  },
  {
    option: "quota.tokens",
    accepted: "a whole number from 1 to 100000",
    shown: "100001",
    options: { quota: { tokens: 100_001 } },
  },
  {
    option: "quota.tokens",
    accepted: "a whole number from 1 to 100000",
    shown: '"5"',
    options: { quota: { tokens: "5" } },
  },
  {
    option: "quota.tokens",
    accepted: "a whole number from 1 to 100000",
    shown: "NaN",
    options: { quota: { tokens: Number.NaN } },
  },
  ...["0", "-1", "ten", "0x10", "1e3", "Infinity", "1.5"].map((text): Row => ({
    option: "SLACK_RATE_LIMIT_TOKENS",
    accepted: "a whole number from 1 to 100000",
    shown: text,
    env: { SLACK_RATE_LIMIT_TOKENS: text },
  })),
  ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, 10_001].map((rate): Row => ({
    option: "quota.refillRate",
    accepted: "a number of tokens per second from 0.0001 to 10000",
    shown: String(rate),
    options: { quota: { refillRate: rate } },
  })),
  ...["0", "-1", "fast", "1e9", "20000"].map((text): Row => ({
    option: "SLACK_RATE_LIMIT_REFILL_RATE",
    accepted: "a number of tokens per second from 0.0001 to 10000",
    shown: text,
    env: { SLACK_RATE_LIMIT_REFILL_RATE: text },
  })),
  ...[0, -0.5, 1.01, Number.NaN].map((share): Row => ({
    option: "quota.burstShare",
    accepted: "a number above 0, to 1",
    shown: String(share),
    options: { quota: { burstShare: share } },
  })),
  ...[-1, 60_001, Number.NaN].map((ms): Row => ({
    option: "quota.marginMs",
    accepted: "a number from 0 to 60000",
    shown: String(ms),
    options: { quota: { marginMs: ms } },
  })),
  {
    option: "quota.minuteMs",
    accepted: "a whole number from 100 to 60000",
    shown: "99",
    options: { quota: { minuteMs: 99 } },
  },
  {
    option: "quota.defaultPerMinute",
    accepted: "a whole number from 1 to 100000",
    shown: "0",
    options: { quota: { defaultPerMinute: 0 } },
  },
  {
    option: 'quota.methods["users.list"]',
    accepted: "a whole number from 1 to 100000",
    shown: "0",
    options: { quota: { methods: { "users.list": 0 } } },
  },
  {
    option: 'quota.methods["users.list"]',
    accepted: "calls per minute from 1 to 100000, or a limit",
    shown: "null",
    options: { quota: { methods: { "users.list": null } } },
  },
  {
    option: 'quota.methods["users.list"]',
    accepted: "a limit made by tokenBucket() or slidingWindow()",
    shown: "an object",
    options: { quota: { methods: { "users.list": { ...bucket, kind: "bucket" } } } },
  },
  {
    option: 'quota.methods["users.list"].refillRate',
    accepted: "a number of tokens per second",
    shown: "-1",
    options: { quota: { methods: { "users.list": { ...bucket, refillRate: -1 } } } },
  },
  {
    option: 'quota.methods["users.list"].burst',
    accepted: "a whole number from 1",
    shown: "0",
    options: { quota: { methods: { "users.list": { ...bucket, burst: 0 } } } },
  },
  { option: "quota", accepted: "an object of options, or a function", shown: '"tier2"', options: { quota: "tier2" } },
  { option: "REDIS_URL", accepted: "redis://host:6379", shown: "cache:6379", env: { REDIS_URL: "cache:6379" } },
  {
    option: "REDIS_URL",
    accepted: "redis://host:6379",
    shown: "http://***@cache",
    env: { REDIS_URL: "http://ann:hunter2@cache" },
  },
  {
    option: "redis",
    accepted: "redis://host:6379",
    shown: "redis://***@cache:port",
    options: { redis: "redis://ann:hunter2@cache:port" },
  },
  { option: "redis", accepted: "redis", shown: "an object", options: { redis: {} } },
  ...[0, -1, Number.NaN, "5"].map((value): Row => ({
    option: "timeoutMs",
    accepted: "a number of milliseconds above 0, or Infinity",
    shown: String(value),
    options: { timeoutMs: value },
  })),
  { option: "mode", accepted: '"enforce" or "shadow" or "disabled"', shown: '"off"', options: { mode: "off" } },
  {
    option: "SLUICE_MODE",
    accepted: '"enforce" or "shadow" or "disabled"',
    shown: '"ENFORCE"',
    env: { SLUICE_MODE: "ENFORCE" },
  },
  {
    option: "onStoreError",
    accepted: '"local" or "open" or "closed"',
    shown: '"retry"',
    options: { onStoreError: "retry" },
  },
  {
    option: "SLUICE_ON_STORE_ERROR",
    accepted: '"local" or "open" or "closed"',
    shown: '"fail"',
    env: { SLUICE_ON_STORE_ERROR: "fail" },
  },
  ...[0, -1, 1.5, Number.NaN, "5"].map((value): Row => ({
    option: "maxRequestConcurrency",
    accepted: "a whole number from 1 to 1000000",
    shown: String(value),
    options: { maxRequestConcurrency: value },
  })),
  ...[-1, Number.NaN, "100"].map((value): Row => ({
    option: "timeout",
    accepted: "a finite number >= 0",
    shown: String(value),
    options: { timeout: value },
  })),
  ...[-1, 1.5, Number.NaN, "3"].map((value): Row => ({
    option: "retryConfig.retries",
    accepted: "a whole number from 0",
    shown: String(value),
    options: { retryConfig: { retries: value } },
  })),
  ...[0, -1, Number.NaN].map((value): Row => ({
    option: "retryConfig.factor",
    accepted: "a finite number > 0",
    shown: String(value),
    options: { retryConfig: { factor: value } },
  })),
  ...[-1, Number.NaN, Number.POSITIVE_INFINITY].map((value): Row => ({
    option: "retryConfig.minTimeout",
    accepted: "a finite number >= 0",
    shown: String(value),
    options: { retryConfig: { minTimeout: value } },
  })),
  ...[-1, Number.NaN].map((value): Row => ({
    option: "retryConfig.maxTimeout",
    accepted: "a number of milliseconds >= 0, or Infinity",
    shown: String(value),
    options: { retryConfig: { maxTimeout: value } },
  })),
];
