import { describe, expect, it } from "vitest";
import { kinds, rejection, token } from "../test-support/clients.test-support.js";
import { startServer } from "../test-support/server.test-support.js";

describe.each(kinds)("%s", (_name, make) => {
  const bodyOf = async (args: Record<string, unknown>, options = {}): Promise<string> => {
    const server = await startServer();
    await make(token, { slackApiUrl: server.url, ...options }).apiCall("method", args);
    return String(server.received[0]?.body);
  };

  it("sends simple arguments as a form", async () => {
    expect(await bodyOf({ foo: "stringval", bar: 42, baz: false })).toBe("foo=stringval&bar=42&baz=false");
  });

  it("puts the team first, which a call may name for itself", async () => {
    expect(await bodyOf({ foo: 1 }, { teamId: "T1" })).toBe("team_id=T1&foo=1");
    expect(await bodyOf({ foo: 1, team_id: "T2" }, { teamId: "T1" })).toBe("team_id=T2&foo=1");
  });

  it("sends objects and arrays as JSON within the form", async () => {
    const body = new URLSearchParams(
      await bodyOf({ list: [{ a: "b", c: [1, "two"] }], thing: { d: 7, e: false }, smile: ["🙂", 'a "quote"'] }),
    );
    expect([...body].map(([name, text]) => [name, JSON.parse(text)])).toEqual([
      ["list", [{ a: "b", c: [1, "two"] }]],
      ["thing", { d: 7, e: false }],
      ["smile", ["🙂", 'a "quote"']],
    ]);
  });

  it("leaves out what is undefined or null", async () => {
    expect(await bodyOf({ gone: undefined, none: null, here: "else" })).toBe("here=else");
  });

  it("sends binary content in parts, named after its file", async () => {
    const body = await bodyOf({
      file: Object.assign(Buffer.from([1, 2, 3]), { name: "/tmp/a.bin" }),
      plain: Buffer.from([4]),
      title: "t",
    });
    expect(body).toContain('name="file"; filename="a.bin"');
    expect(body).toContain('name="plain"; filename="Untitled"');
    expect(body).toContain('name="title"\r\n\r\nt\r\n');
  });

  it.each([4, "a text", false])("rejects with a TypeError when the arguments are %s", async (args) => {
    const server = await startServer();
    const error = await rejection(make(token, { slackApiUrl: server.url }).apiCall("method", args as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(server.received).toEqual([]);
  });

  it("never sends the token in the body of apps.event.authorizations.list, wherever it came from", async () => {
    const server = await startServer();
    const client = make(token, { slackApiUrl: server.url });
    await client.apps.event.authorizations.list({ event_context: "foo", token: "xapp-of-the-call" });
    await client.apps.event.authorizations.list({ event_context: "foo" });
    expect(server.received.map(({ body }) => String(body))).toEqual(["event_context=foo", "event_context=foo"]);
    expect(server.received[0]?.headers).toContainEqual(["Authorization", "Bearer xapp-of-the-call"]);
  });
});
