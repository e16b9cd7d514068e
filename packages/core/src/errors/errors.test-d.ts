import { expectTypeOf } from "vitest";
import type { ErrorCode } from "./codes.js";
import { ConfigError } from "./config-error.js";
import { LimitExceededError } from "./limit-exceeded-error.js";
import { oneOf } from "./ranges.js";
import { isSluiceError, SluiceError } from "./sluice-error.js";

declare const caught: unknown;
if (isSluiceError(caught)) {
  expectTypeOf(caught).toEqualTypeOf<SluiceError>();
  expectTypeOf(caught.code).toEqualTypeOf<ErrorCode>();
}
expectTypeOf<ConfigError["code"]>().toEqualTypeOf<"CONFIG_INVALID">();
expectTypeOf<LimitExceededError["code"]>().toEqualTypeOf<"LIMIT_EXCEEDED">();
expectTypeOf<LimitExceededError["retryAfterMs"]>().toEqualTypeOf<number>();
expectTypeOf(oneOf("mode", caught, ["open", "closed"] as const)).toEqualTypeOf<"open" | "closed">();

// @ts-expect-error codes come from the one table
void new SluiceError("NO_SUCH_CODE", "text");
// @ts-expect-error a limit error says which bucket, and when to come back
void new LimitExceededError({ bucket: "b" });
// @ts-expect-error a setting's error says what would have been accepted
void new ConfigError({ option: "burst", value: 1 });
