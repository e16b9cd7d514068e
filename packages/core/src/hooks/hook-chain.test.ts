import { describe, expect, it } from "vitest";
import { type Call, createCall } from "../call/call.js";
import { SluiceError } from "../errors/sluice-error.js";
import type { Hook } from "./hook.js";
import { createHookChain } from "./hook-chain.js";

const call = createCall({ provider: "test", account: "acme", operation: "things.list" });
const answer = async (): Promise<string> => "answer";

/** A hook that writes down what runs and when. */
function tracer(name: string, told: string[], more: Partial<Hook> = {}): Hook {
  return {
    name,
    before: () => void told.push(`${name} before`),
    after: () => told.push(`${name} after`),
    error: () => told.push(`${name} error`),
    ...more,
  };
}

const names = (hooks: readonly Hook[]): string[] => hooks.map((hook) => hook.name);

describe("the order of a chain", () => {
  it("runs before first to last and after last to first", async () => {
    const told: string[] = [];
    const chain = createHookChain({ hooks: ["a", "b", "c"].map((name) => tracer(name, told)) });
    await chain.run("attempt", call, async () => told.push("transport"));
    expect(told).toEqual(["a before", "b before", "c before", "transport", "c after", "b after", "a after"]);
  });

  it("runs error last to first, and no after, when the transport fails", async () => {
    const told: string[] = [];
    const chain = createHookChain({ hooks: ["a", "b"].map((name) => tracer(name, told)) });
    await expect(chain.run("attempt", call, () => Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect(told).toEqual(["a before", "b before", "b error", "a error"]);
  });

  it("runs before, then wrap around the rest, then after, within one hook", async () => {
    const told: string[] = [];
    const wrap: Hook["wrap"] = async (next, current) => {
      told.push("wrap in");
      const result = await next(current);
      told.push("wrap out");
      return result;
    };
    const chain = createHookChain({ hooks: [tracer("a", told, { wrap })] });
    await chain.run("attempt", call, async () => told.push("transport"));
    expect(told).toEqual(["a before", "wrap in", "transport", "wrap out", "a after"]);
  });

  it("keeps the stages apart: a stage runs only its own hooks", async () => {
    const told: string[] = [];
    const chain = createHookChain({ hooks: [tracer("c", told, { stage: "call" }), tracer("a", told)] });
    await chain.run("call", call, answer);
    expect(told).toEqual(["c before", "c after"]);
    await chain.run("attempt", call, answer);
    expect(told.slice(2)).toEqual(["a before", "a after"]);
  });

  it("is the attempt stage's where a hook names none", () => {
    expect(names(createHookChain({ hooks: [{ name: "plain" }] }).list("attempt"))).toEqual(["plain"]);
  });

  it("is printed outermost first, stage by stage, with what each hook does", () => {
    const chain = createHookChain({
      hooks: [
        { name: "span", stage: "call", wrap: (next, current) => next(current) },
        { name: "metrics", after: () => {}, error: () => {} },
        { name: "limit", before: () => {} },
        { name: "marker" },
      ],
    });
    expect(chain.describe()).toBe(
      [
        "call stage, once per logical call, outermost first:",
        "  1. span (wrap)",
        "attempt stage, once per HTTP request, outermost first:",
        "  1. metrics (after, error)",
        "  2. limit (before)",
        "  3. marker (nothing)",
        "  transport",
      ].join("\n"),
    );
  });

  it("prints an empty stage as such", () => {
    expect(createHookChain().describe()).toBe(
      [
        "call stage, once per logical call, outermost first:",
        "  (no hooks)",
        "attempt stage, once per HTTP request, outermost first:",
        "  (no hooks)",
        "  transport",
      ].join("\n"),
    );
  });
});

describe("changing a chain by name", () => {
  it("adds innermost, or before or after a named hook", async () => {
    const told: string[] = [];
    const chain = createHookChain({ hooks: [tracer("a", told), tracer("z", told)] });
    chain.add(tracer("inner", told));
    chain.add(tracer("b", told), { after: "a" });
    chain.add(tracer("y", told), { before: "z" });
    chain.add(tracer("first", told), { before: "a" });
    const order = ["first", "a", "b", "y", "z", "inner"];
    expect(names(chain.list("attempt"))).toEqual(order);
    await chain.run("attempt", call, answer);
    expect(told.slice(0, 6)).toEqual(order.map((name) => `${name} before`));
  });

  it("replaces in place and removes, saying whether the hook was there", async () => {
    const told: string[] = [];
    const chain = createHookChain({ hooks: ["a", "b", "c"].map((name) => tracer(name, told)) });
    chain.replace("b", tracer("new b", told));
    chain.replace("c", tracer("c", told));
    expect(chain.remove("a")).toBe(true);
    expect(chain.remove("a")).toBe(false);
    expect(names(chain.list("attempt"))).toEqual(["new b", "c"]);
    await chain.run("attempt", call, answer);
    expect(told).toEqual(["new b before", "c before", "c after", "new b after"]);
  });

  it("frees the name of a removed hook", () => {
    const chain = createHookChain({ hooks: [{ name: "a" }] });
    chain.remove("a");
    chain.add({ name: "a", stage: "call" });
    expect(names(chain.list("call"))).toEqual(["a"]);
  });

  it("leaves calls under way with the hooks they began with", async () => {
    const told: string[] = [];
    let answerNow: (answered: string) => void = () => {};
    const chain = createHookChain({ hooks: [tracer("a", told), tracer("b", told)] });
    const running = chain.run("attempt", call, () => new Promise<string>((resolve) => (answerNow = resolve)));
    await new Promise((resolve) => setImmediate(resolve));
    chain.remove("a");
    chain.replace("b", tracer("b2", told));
    chain.add(tracer("c", told));
    answerNow("answer");
    await running;
    expect(told).toEqual(["a before", "b before", "b after", "a after"]);
    told.length = 0;
    await chain.run("attempt", call, answer);
    expect(told).toEqual(["b2 before", "c before", "c after", "b2 after"]);
  });

  it("leaves a call whose outer hook changes the chain with the hooks it began with", async () => {
    const told: string[] = [];
    const chain = createHookChain({
      hooks: [{ name: "changer", before: () => void chain.remove("b") }, tracer("b", told)],
    });
    await chain.run("attempt", call, answer);
    expect(told).toEqual(["b before", "b after"]);
  });

  it("does not follow the array it was made from", () => {
    const hooks: Hook[] = [{ name: "a" }];
    const chain = createHookChain({ hooks });
    hooks.push({ name: "b" });
    expect(names(chain.list("attempt"))).toEqual(["a"]);
  });
});

describe("a chain refuses", () => {
  const chain = createHookChain({ hooks: [{ name: "a" }, { name: "c", stage: "call" }] });
  const refused: [what: string, act: () => unknown, words: RegExp][] = [
    [
      "a name twice in the options",
      () => createHookChain({ hooks: [{ name: "x" }, { name: "x" }] }),
      /already a hook named x/,
    ],
    ["a name twice on add, also across stages", () => chain.add({ name: "c" }), /already a hook named c; replace\(\)/],
    [
      "a name taken by another hook on replace",
      () => chain.replace("c", { name: "a", stage: "call" }),
      /already a hook named a/,
    ],
    [
      "replacing what is not there",
      () => chain.replace("nobody", { name: "n" }),
      /no hook named nobody at the attempt stage/,
    ],
    ["replacing across stages", () => chain.replace("c", { name: "c" }), /no hook named c at the attempt stage/],
    ["a place beside a hook that is not there", () => chain.add({ name: "n" }, { after: "nobody" }), /named nobody/],
    [
      "a place beside a hook of the other stage",
      () => chain.add({ name: "n" }, { before: "c" }),
      /named c at the attempt stage/,
    ],
    ["an empty name", () => chain.add({ name: "" }), /needs a name/],
    ["no name", () => chain.add({} as Hook), /needs a name/],
    [
      "one that is misspelt",
      () => chain.add({ name: "veto", befor: () => {} } as Hook),
      /veto has befor, which is none/,
    ],
    ["no hook", () => chain.add(null as unknown as Hook), /needs a name/],
  ];
  it.each(refused)("%s, with HOOK_INVALID", (_, act, words) => {
    const before = chain.describe();
    expect(act).toThrow(expect.objectContaining({ code: "HOOK_INVALID", message: expect.stringMatching(words) }));
    expect(act).toThrow(SluiceError);
    expect(chain.describe()).toBe(before);
  });

  it("a stage that does not exist, or a kind that is no function, naming the option", () => {
    expect(() => chain.add({ name: "n", stage: "request" as "call" })).toThrow(
      'stage of hook n must be "call" or "attempt", got "request"',
    );
    expect(() => chain.add({ name: "n", before: "now" as unknown as () => void })).toThrow(
      'before of hook n must be a function, got "now"',
    );
  });
});

it("numbers each attempt it runs, and leaves the call given as it was", async () => {
  const fresh: Call = createCall({ provider: "test", account: "acme", operation: "o" });
  const chain = createHookChain();
  const attempts: number[] = [];
  for (let n = 0; n < 3; n += 1) await chain.run("attempt", fresh, async ({ attempt }) => attempts.push(attempt));
  expect(attempts).toEqual([1, 2, 3]);
  expect(fresh.attempt).toBe(0);
});
