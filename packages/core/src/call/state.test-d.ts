import { expectTypeOf } from "vitest";
import { CallState, type StateKey, stateKey } from "./state.js";

const state = new CallState();
const count = stateKey("count", () => 0);
const bytes = stateKey("bytes", () => new Uint8Array());

// The key carries the type of its value, in and out.
expectTypeOf(count).toEqualTypeOf<StateKey<number>>();
expectTypeOf(state.get(count)).toEqualTypeOf<number>();
expectTypeOf(state.get(bytes)).toExtend<Uint8Array>();
expectTypeOf(state.has(count)).toEqualTypeOf<boolean>();
state.set(count, 3);
// @ts-expect-error a number's key takes no text
state.set(count, "3");
// @ts-expect-error a key is not just a label
state.get("count");
