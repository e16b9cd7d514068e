import { expectTypeOf } from "vitest";
import { type Call, createCall } from "../call/call.js";
import type { Hook, HookFailure, Next, Outcome } from "./hook.js";
import { createHookChain } from "./hook-chain.js";

const chain = createHookChain();
const call = createCall({ provider: "p", account: "a", operation: "o", args: { channel: "C1" } });

// A chain hands on what the transport promises, whatever that is.
expectTypeOf(chain.run("attempt", call, async () => 7)).toEqualTypeOf<Promise<number>>();
expectTypeOf(chain.run("call", call, async () => ({ ok: true as const }))).toEqualTypeOf<Promise<{ ok: true }>>();
expectTypeOf(call.args).toEqualTypeOf<{ channel: string } | undefined>();

// Every kind is optional, a name is not; before may return a call, nothing, or a promise of either.
expectTypeOf({ name: "n" }).toExtend<Hook>();
expectTypeOf({ name: "n", before: () => {} }).toExtend<Hook>();
expectTypeOf({ name: "n", before: async (given: Call) => given }).toExtend<Hook>();
expectTypeOf<Parameters<NonNullable<Hook["after"]>>>().toEqualTypeOf<[call: Call, outcome: Outcome]>();
expectTypeOf<Parameters<NonNullable<Hook["error"]>>>().toEqualTypeOf<[call: Call, error: unknown, outcome: Outcome]>();
expectTypeOf<HookFailure["kind"]>().toEqualTypeOf<"after" | "error">();

// A wrap works for any result, so it can hand one on but not invent one.
const through: NonNullable<Hook["wrap"]> = (next, given) => next(given);
expectTypeOf(through<string>).toEqualTypeOf<(next: Next<string>, call: Call) => Promise<string>>();
// @ts-expect-error a result of its own is not the Result that was asked for
const inventing: Hook = { name: "n", wrap: async () => "mine" };
// @ts-expect-error a hook needs a name
const nameless: Hook = { before: () => {} };
// @ts-expect-error there are two stages
const misplaced: Hook = { name: "n", stage: "request" };
// @ts-expect-error before returns a call or nothing
const junk: Hook = { name: "n", before: () => 7 };
void [inventing, nameless, misplaced, junk];

// A call is not edited: hooks return a copy.
// @ts-expect-error read-only
call.operation = "other";
// @ts-expect-error a position is before or after a name, never both nor a number
chain.add({ name: "n" }, 0);
