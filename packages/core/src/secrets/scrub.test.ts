import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { scrubSecrets, scrubText } from "./scrub.js";

const secret = "xoxb-planted-marker";
const clean = (value: unknown): void => {
  expect(inspect(value, { depth: 20, showHidden: true })).not.toContain(secret);
};

describe("an error without its secrets", () => {
  it("is the same object, of the same class, with message and stack cleaned", () => {
    class VendorError extends Error {}
    const error = new VendorError(`failed with Bearer ${secret}`);
    expect(scrubSecrets(error, [secret])).toBe(error);
    expect(error).toBeInstanceOf(VendorError);
    expect(error.message).toBe("failed with Bearer [secret]");
    expect(error.stack).toContain("failed with Bearer [secret]");
    expect(error.stack).toContain("scrub.test.ts");
    expect(Object.keys(error)).toEqual([]);
    clean(error);
  });

  it("has clean causes, all the way down", () => {
    const error = new Error("a", {
      cause: new TypeError(`b ${secret}`, { cause: { url: `https://x/?token=${secret}` } }),
    });
    clean(scrubSecrets(error, [secret]));
    expect((error.cause as Error).message).toBe("b [secret]");
    expect((error.cause as Error).cause).toEqual({ url: "https://x/?token=[secret]" });
  });

  it("has clean fields, arrays, nested data and gathered errors, hidden and symbol-keyed ones included", () => {
    const mark = Symbol("mark");
    const error = Object.assign(new AggregateError([new Error(secret), secret], "both"), {
      config: { headers: { Authorization: `Bearer ${secret}` }, list: [1, secret, [secret, { deep: secret }]] },
      bare: Object.assign(Object.create(null), { token: secret }),
      [mark]: secret,
      untouched: { count: 5, on: true, nothing: null },
    });
    Object.defineProperty(error, "hidden", { value: secret, enumerable: false, configurable: true });
    Object.defineProperty(error, "fixed", { value: secret, writable: true });
    clean(scrubSecrets(error, [secret]));
    expect(error.config).toEqual({
      headers: { Authorization: "Bearer [secret]" },
      list: [1, "[secret]", ["[secret]", { deep: "[secret]" }]],
    });
    expect(error.untouched).toEqual({ count: 5, on: true, nothing: null });
    expect(Object.getOwnPropertyDescriptor(error, "hidden")).toMatchObject({ value: "[secret]", enumerable: false });
  });

  it("is cleaned where message or stack come from an accessor", () => {
    class Computed extends Error {
      override get message(): string {
        return `computed ${secret}`;
      }
    }
    clean(scrubSecrets(new Computed(), [secret]));
    const exception = new DOMException(`no ${secret}`, "AbortError");
    expect(scrubSecrets(exception, [secret]).message).toBe("no [secret]");
    const error = new Error("own");
    const stack = `own stack ${secret}`;
    Object.defineProperty(error, "stack", { get: () => stack, configurable: true });
    expect(scrubSecrets(error, [secret]).stack).toBe("own stack [secret]");
  });

  it("is walked a few levels deep, and what lies deeper is left alone", () => {
    let deep: { token: string; next?: object } = { token: secret };
    for (let level = 0; level < 8; level += 1) deep = { token: secret, next: deep };
    const texts = JSON.stringify(scrubSecrets(deep, [secret])).split("[secret]");
    expect(texts).toHaveLength(8);
  });

  it("is found through objects that go round", () => {
    const error: Error & { self?: unknown; request?: unknown } = new Error(secret);
    error.self = error;
    error.cause = error;
    error.request = { error, token: secret };
    clean(scrubSecrets(error, [secret]));
    expect(error.self).toBe(error);
  });

  it("has frozen data replaced by a clean copy, and keeps frozen data that was clean", () => {
    const fine = Object.freeze({ count: 1 });
    const round: { token: string; self?: unknown } = { token: secret };
    round.self = round;
    const error = Object.assign(new Error("x"), {
      config: Object.freeze({ headers: Object.freeze({ token: secret }), list: Object.freeze([secret]) }),
      fine,
      round: Object.freeze(round),
    });
    clean(scrubSecrets(error, [secret]));
    expect(error.config).toEqual({ headers: { token: "[secret]" }, list: ["[secret]"] });
    expect(error.fine).toBe(fine);
    expect(round.token).toBe(secret);
  });

  it("is handed on as it is when it is frozen itself: no second failure", () => {
    const frozen = Object.freeze(new Error(`frozen ${secret}`));
    expect(scrubSecrets(frozen, [secret])).toBe(frozen);
    const sealed = Object.seal(Object.assign(new Error(`sealed ${secret}`), { token: secret }));
    expect(scrubSecrets(sealed, [secret])).toMatchObject({ message: "sealed [secret]", token: "[secret]" });
    const fixed = Object.defineProperty(new Error("fixed"), "token", { value: secret });
    expect(scrubSecrets(fixed, [secret])).toBe(fixed);
  });
});

describe("live objects that hang from an error", () => {
  it("keep what they hold: sockets, class instances, maps, accessors and functions", () => {
    class Client {
      token = secret;
    }
    let asked = 0;
    const live = {
      socket: Object.assign(new Socket(), { token: secret }),
      emitter: Object.assign(new EventEmitter(), { token: secret }),
      client: new Client(),
      map: new Map([["token", secret]]),
      run: Object.assign(() => {}, { token: secret }),
    };
    const error = Object.assign(new Error("x"), live);
    Object.defineProperty(error, "lazy", { get: () => (asked += 1), configurable: true });
    scrubSecrets(error, [secret]);
    for (const one of [live.socket, live.emitter, live.client, live.run]) expect(one.token).toBe(secret);
    expect(live.map.get("token")).toBe(secret);
    expect(asked).toBe(0);
    expect(error).toMatchObject(live);
    live.socket.destroy();
  });
});

describe("secrets", () => {
  it("are taken out of texts wherever they stand, the longer ones first", () => {
    expect(scrubText("abc abcdef abc", ["abc", "abcdef"])).toBe("[secret] [secret] [secret]");
    expect(scrubText("a+b (c) $& a+b", ["a+b", "$&"])).toBe("[secret] (c) [secret] [secret]");
    expect(scrubSecrets(`x${secret}y`, [secret])).toBe("x[secret]y");
  });

  it("that are short are taken out where they stand by themselves, and leave names that contain them alone", () => {
    const said =
      'test: the latest test of key test/a, test-bucket, my.test and a_test; password=test&x "test" u:test@h test.';
    const bare =
      '[secret]: the latest [secret] of key test/a, test-bucket, my.test and a_test; password=[secret]&x "[secret]" u:[secret]@h [secret].';
    expect(scrubText(said, ["test"])).toBe(bare);
    expect(scrubText("TooManyRequests of any client", ["any"])).toBe("TooManyRequests of [secret] client");
    expect(scrubText("a longer-one-still stands inside xlonger-onex", ["longer-one"])).toBe(
      "a [secret]-still stands inside x[secret]x",
    );
  });

  it("are not looked for in the mask of another", () => {
    expect(scrubText("secret and s and longer-secret", ["s", "secret", "longer-secret", "s"])).toBe(
      "[secret] and [secret] and [secret]",
    );
  });

  it("stay in what is handed on as it is, and are taken out of all around it", () => {
    const reason = Object.assign(new Error(`my own ${secret}`), { field: secret });
    const error = new Error(`aborted: ${secret}`, { cause: reason });
    expect(scrubSecrets(error, [secret], reason)).toBe(error);
    expect([error.message, error.cause]).toEqual(["aborted: [secret]", reason]);
    expect([reason.message, reason.field]).toEqual([`my own ${secret}`, secret]);
    expect(scrubSecrets(reason, [secret], reason).message).toBe(`my own ${secret}`);
    expect(scrubSecrets(new Error(secret), [secret], "a text")).toMatchObject({ message: "[secret]" });
  });

  it("that are empty, or none, change nothing", () => {
    expect(scrubText("text", [""])).toBe("text");
    const error = new Error("text");
    expect(scrubSecrets(error, ["", ""])).toBe(error);
    expect(scrubSecrets(error, [])).toBe(error);
    expect(error.message).toBe("text");
  });

  it.each([undefined, null, 7, true, 10n])("are not looked for in %s", (value) => {
    expect(scrubSecrets(value, [secret])).toBe(value);
  });
});
