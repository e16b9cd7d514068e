import { ConfigError, nonEmpty } from "@sluice/core";
import type { Why } from "@sluice/policy";

/** What a page asked for, as it came. */
export type Body = Readonly<Record<string, unknown>>;

/** Fields of every change. */
const common = ["author", "reason", "confirm"] as const;

/** @throws ConfigError when it is no object, or has a field that means nothing here. */
export function readBody(text: string, fields: readonly string[]): Body {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new ConfigError({ option: "body", accepted: "a JSON object", value: "something else" });
  const known = [...common, ...fields];
  const odd = Object.keys(body).find((name) => !known.includes(name));
  if (odd !== undefined) throw new ConfigError({ option: "body", accepted: `of ${known.join(", ")}`, value: odd });
  return body as Body;
}

/** Who, and why. @throws ConfigError when one is missing, or it was not confirmed. */
export function whyOf(body: Body): Why {
  if (body["confirm"] !== true)
    throw new ConfigError({
      option: "confirm",
      accepted: "true, once somebody has confirmed it",
      value: body["confirm"],
    });
  const reason = nonEmpty("reason", body["reason"], 500);
  if (reason.trim().length < 3)
    throw new ConfigError({ option: "reason", accepted: "3 to 500 characters", value: reason });
  return { author: nonEmpty("author", body["author"], 200), reason };
}

/** A finite number. */
export function numberOf(body: Body, name: string): number {
  const value = body[name];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new ConfigError({ option: name, accepted: "a number", value });
}

/** What the page showed when it was asked: the end of what holds, or null for nothing. */
export function seenOf(body: Body): number | null {
  return body["seenUntilMs"] === null ? null : numberOf(body, "seenUntilMs");
}
