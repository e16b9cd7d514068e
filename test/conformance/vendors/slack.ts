import { ErrorCode, LogLevel, WebClient, type WebAPIPlatformError } from "@slack/web-api";
import { createSlackApi, SlackApi } from "@sluice/slack";
import type { Method, Vendor } from "../vendor.js";

const secret = "xoxb-0123456789-conformance";
const quiet = { logLevel: LogLevel.ERROR } as const;

export const slack: Vendor<WebClient> = {
  provider: "slack",
  secret,
  answer: ({ headers }) => {
    const host = headers.find(([name]) => name.toLowerCase() === "host")?.[1];
    return { body: { ok: true, ts: "1.2", files: [], file_id: "F1", upload_url: `http://${host}/upload/v1/ticket` } };
  },
  throttled: (seconds) => ({
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { ok: false, error: "ratelimited" },
  }),
  notFound: { body: { ok: false, error: "channel_not_found" } },
  sdk: (origin) => new WebClient(secret, { ...quiet, slackApiUrl: `${origin}/api/` }),
  plain: (account, origin, options) =>
    new SlackApi(account, secret, { ...quiet, ...options, slackApiUrl: `${origin}/api/` }),
  factory: (account, origin, options) =>
    createSlackApi(account, { ...quiet, ...options, token: secret, slackApiUrl: `${origin}/api/` }),
  read: (client) => client.users.info({ user: "U1" }),
  write: (client) => client.chat.postMessage({ channel: "C1", text: "hello" }),
  composites: [
    {
      name: "an upload",
      requests: 3,
      run: (client) => client.filesUploadV2({ content: "words", filename: "a.txt" }),
    },
    {
      name: "a pagination",
      requests: 3,
      answer: (_request, index) => ({
        body: { ok: true, members: [], response_metadata: { next_cursor: ["two", "three", ""][index % 3] } },
      }),
      async run(client) {
        for await (const page of client.paginate("users.list", { limit: 2 })) void page;
      },
    },
  ],
  methods: (client) => methodsOf(client),
  methodCount: 281,
  isOwnError: (error) => (error as WebAPIPlatformError).code === ErrorCode.PlatformError,
};

function methodsOf(client: WebClient): readonly Method[] {
  const found: Method[] = [];
  const walk = (owner: object, path: readonly string[]): void => {
    for (const [name, value] of Object.entries(owner)) {
      const method = [...path, name].join(".");
      if (typeof value === "function" && path.length > 0) {
        const call = value as (args: object) => Promise<unknown>;
        const args =
          method === "files.uploadV2" ? { content: "words", filename: "a.txt" } : { text: "t", channel: "C1" };
        found.push({ name: method, run: () => call(args) });
      }
      if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype)
        walk(value as object, [...path, name]);
    }
  };
  walk({ ...client, hooks: undefined }, []);
  return found;
}
