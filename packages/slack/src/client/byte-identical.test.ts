import type { WebClient, WebClientOptions } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { kinds, newWorkspace, token } from "../test-support/clients.test-support.js";
import { type Received, startServer } from "../test-support/server.test-support.js";

interface Case {
  readonly what: string;
  readonly options?: WebClientOptions;
  readonly token?: string | undefined;
  readonly call: (client: WebClient, origin: string) => Promise<unknown>;
  readonly requests?: number;
}

const blocks = [{ type: "section", text: { type: "mrkdwn", text: "a *b* & c=d 🙂 \u2028" } }];
const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));

const cases: readonly Case[] = [
  { what: "no arguments", call: (client) => client.auth.test() },
  {
    what: "texts, numbers and booleans",
    call: (client) => client.conversations.list({ limit: 5, exclude_archived: true, types: "im,mpim", cursor: "" }),
  },
  {
    what: "nested objects and arrays",
    call: (client) =>
      client.chat.postMessage({
        channel: "C1",
        text: "t",
        blocks,
        metadata: { event_type: "e", event_payload: { deep: { er: ["1", 2] } } } as never,
      }),
  },
  {
    what: "arrays of texts",
    call: (client) =>
      client.apiCall("invented", {
        list: ["a", "b,c"],
        empty: [],
        none: null,
        left_out: undefined,
        zero: 0,
        no: false,
      }),
  },
  {
    what: "a token of the call's own",
    call: (client) => client.users.info({ user: "U1", token: "xoxp-another-token" }),
  },
  {
    what: "no token in the body where the SDK takes it out",
    call: (client) => client.apps.event.authorizations.list({ event_context: "e", token: "xapp-another-token" }),
  },
  { what: "a client without a token", token: undefined, call: (client) => client.api.test({ foo: "bar" } as never) },
  { what: "binary content", call: (client) => client.users.setPhoto({ image: bytes, crop_x: 1 }) },
  {
    what: "binary content with a name",
    call: (client) =>
      client.apiCall("files.upload", { file: Object.assign(Buffer.from(bytes), { name: "dir/a.bin" }), title: "é" }),
  },
  { what: "an absolute URL", call: (client, origin) => client.apiCall(`${origin}/elsewhere/method?x=1`, { a: 1 }) },
  {
    what: "an absolute URL that is not allowed",
    options: { allowAbsoluteUrls: false },
    call: (client) => client.apiCall("https://example.com/method", { a: 1 }),
  },
  { what: "a team id", options: { teamId: "T0123" }, call: (client) => client.users.list({ limit: 1 }) },
  {
    what: "headers of the user",
    options: { headers: { "X-First": "1", accept: "text/plain", "x-last": "é" } },
    call: (client) => client.users.list({}),
  },
  {
    what: "an Authorization header in place of a token",
    options: { headers: { Authorization: "Bearer xoxb-in-a-header" } },
    call: (client) => client.users.list({}),
  },
  {
    what: "finite concurrency, a timeout and rejected rate limits",
    options: { maxRequestConcurrency: 1, timeout: 5000, rejectRateLimitedCalls: true },
    call: (client) => client.users.list({}),
  },
  {
    what: "an upload",
    call: (client) =>
      client.filesUploadV2({
        file: bytes,
        filename: "a.bin",
        channel_id: "C1",
        initial_comment: "see",
        thread_ts: "1.2",
        alt_text: "x",
      }),
    requests: 3,
  },
  {
    what: "an upload with a token of its own",
    call: (client) => client.files.uploadV2({ content: "words", filename: "a.txt", token: "xoxp-another-token" }),
    requests: 3,
  },
  {
    what: "a stream",
    call: (client) => client.chatStream({ channel: "C1", thread_ts: "1.0" }).stop({ markdown_text: "hi" }),
    requests: 2,
  },
];

/** What the server saw, with the parts that change from request to request held still. */
function seen({ method, path, headers, body }: Received, origin: string): object {
  const boundary = /boundary=(\S+)/.exec(
    headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "",
  )?.[1];
  const still = (text: string): string =>
    (boundary === undefined ? text : text.replaceAll(boundary, "BOUNDARY"))
      .replaceAll(origin, "ORIGIN")
      .replaceAll(origin.slice(7), "HOST");
  return {
    method,
    path,
    headers: headers.map(([name, value]) => [name, still(value)]),
    body: still(body.toString("latin1")),
  };
}

describe("what goes out is byte for byte what the SDK sends", () => {
  it.each(cases)("$what", async ({ options, call, requests = 1, ...rest }) => {
    const own = "token" in rest ? rest.token : token;
    const sent: object[][] = [];
    for (const [name, make] of kinds) {
      // Without a token the factory takes one from the environment; it would be in the headers.
      if (name === "createSlackApi" && own === undefined) continue;
      const server = await startServer(() => ({
        body: { ok: true, ts: "1.2", file_id: "F1", upload_url: `${server.origin}/upload/v1/ticket` },
      }));
      const hasHeader = options?.headers?.["Authorization"] !== undefined;
      await call(
        make(
          hasHeader ? "" : own,
          { slackApiUrl: server.url, retryConfig: { retries: 0 }, ...options },
          newWorkspace(),
        ),
        server.origin,
      );
      sent.push(server.received.map((request) => seen(request, server.origin)));
    }
    expect(sent[0]).toHaveLength(requests);
    for (const other of sent.slice(1)) expect(other).toEqual(sent[0]);
  });

  it("a repetition by our retry is the same request again", async () => {
    const server = await startServer((_request, index) => ({ status: index === 0 ? 500 : 200 }));
    const factory = kinds[2]?.[1] as (typeof kinds)[number][1];
    await factory(token, { slackApiUrl: server.url }).users.list({ limit: 3 });
    expect(server.received).toHaveLength(2);
    expect(seen(server.received[1] as Received, server.origin)).toEqual(
      seen(server.received[0] as Received, server.origin),
    );
  });

  it("the options object and its headers are not written to", async () => {
    const server = await startServer();
    for (const [, make] of kinds.slice(1)) {
      const options = Object.freeze({ slackApiUrl: server.url, headers: Object.freeze({ "X-A": "1" }) });
      await make(token, options).users.list({});
      expect(options.headers).toEqual({ "X-A": "1" });
    }
  });
});
