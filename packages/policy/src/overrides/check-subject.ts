import { ConfigError, nonEmpty } from "@sluice/core";
import { parseEndpointPattern } from "../patterns/endpoint-pattern.js";
import { canonicalIp } from "../patterns/network.js";
import { apiKeyDigest, isApiKeyDigest } from "../policies/api-key-digest.js";
import type { OverrideSubject } from "./override.js";

/** In order of precedence: the first is the most specific. */
export const subjectKinds = ["endpoint", "user", "role", "tenant", "ip", "apiKey", "policy"] as const;

/** One of {@link subjectKinds}. */
export type SubjectKind = (typeof subjectKinds)[number];

const LONGEST = 512;
export const policyName = /^[A-Za-z0-9][\w.-]{0,63}$/;

/**
 * The one subject that is named, with its value in the form in which it is compared; API keys only as digests.
 *
 * @throws ConfigError naming the field; an API key does not show in it.
 */
export function checkSubject(subject: OverrideSubject): readonly [kind: SubjectKind, value: string] {
  const accepted = `an object with exactly one of ${subjectKinds.join(", ")}`;
  if (typeof subject !== "object" || subject === null)
    throw new ConfigError({ option: "subject", accepted, value: subject });
  const named = Object.keys(subject).filter((kind) => Reflect.get(subject, kind) !== undefined);
  const kind = subjectKinds.find((one) => one === named[0]);
  if (kind === undefined || named.length !== 1)
    throw new ConfigError({ option: "subject", accepted, value: named.join(", ") });
  const option = `subject.${kind}`;
  const value: unknown = subject[kind];
  if (kind === "apiKey") return [kind, digestIn(option, value)];
  const text = nonEmpty(option, value, LONGEST);
  if (kind === "ip") {
    const ip = canonicalIp(text);
    if (ip === undefined)
      throw new ConfigError({ option, accepted: "an address or a network such as 10.0.0.0/8", value });
    return [kind, ip];
  }
  if (kind === "endpoint" && parseEndpointPattern(text) === undefined)
    throw new ConfigError({ option, accepted: 'a route such as "POST /login" or "/api/*"', value });
  if (kind === "policy" && text !== "*" && !policyName.test(text))
    throw new ConfigError({ option, accepted: 'the name of a policy, or "*"', value });
  return [kind, text];
}

function digestIn(option: string, value: unknown): string {
  if (typeof value !== "string" || value === "" || value.length > 4096)
    throw new ConfigError({ option, accepted: "an API key or its digest", value: "[secret]" });
  return isApiKeyDigest(value) ? value : apiKeyDigest(value);
}
