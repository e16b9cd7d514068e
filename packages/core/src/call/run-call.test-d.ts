import { expectTypeOf } from "vitest";
import { createHookChain } from "../hooks/hook-chain.js";
import type { Call } from "./call.js";
import { withCaller } from "./context.js";
import { runCall } from "./run-call.js";

const chain = createHookChain();
const request = { provider: "p", account: "a", operation: "o", timeoutMs: 1000 };

// A call gives what its transport gives, and a caller's function what it returns.
expectTypeOf(runCall(chain, request, async () => ["x"])).toEqualTypeOf<Promise<string[]>>();
expectTypeOf(withCaller({ user: "ann" }, () => 7)).toEqualTypeOf<number>();
expectTypeOf<Call["access"]>().toEqualTypeOf<"read" | "write">();

// @ts-expect-error every call has a budget
void runCall(chain, { provider: "p", account: "a", operation: "o" }, async () => {});
// @ts-expect-error the deadline is made of timeoutMs, not given
void runCall(chain, { ...request, deadlineMs: 5 }, async () => {});
// @ts-expect-error a caller has closed fields, so that metrics can cap them
withCaller({ team: "a" }, () => {});
