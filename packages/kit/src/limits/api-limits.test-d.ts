import { expectTypeOf } from "vitest";
import { type ApiLimits, createFetchApi, type Explanation, type LimitsSight } from "../index.js";

const api = createFetchApi({ provider: "acme", account: "main", operation: ["GET /things"], quota: () => [] });

// Asked at once, without a promise; only looking at the store takes one.
expectTypeOf(api.limits).toEqualTypeOf<() => ApiLimits>();
expectTypeOf(api.limits().explain("GET /things")).toEqualTypeOf<Explanation>();
expectTypeOf(api.limits().explain("GET /things").text).toEqualTypeOf<string>();
expectTypeOf(api.limits().all()).toEqualTypeOf<readonly Explanation[]>();
expectTypeOf(api.limits().inspect()).resolves.toEqualTypeOf<LimitsSight>();
expectTypeOf(api.limits().inspect({ operation: "GET /things", timeoutMs: 5 })).resolves.toEqualTypeOf<LimitsSight>();

// @ts-expect-error an operation is a text
api.limits().explain();
// @ts-expect-error options have names that are known
void api.limits().inspect({ operations: "GET /things" });
