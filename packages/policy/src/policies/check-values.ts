import { ConfigError } from "@sluice/core";
import { parseEndpointPattern } from "../patterns/endpoint-pattern.js";
import { parseNetwork, showNetwork } from "../patterns/network.js";
import { parseTextPattern } from "../patterns/text-pattern.js";
import { apiKeyDigest, isApiKeyDigest } from "./api-key-digest.js";
import type { ValueScope } from "./policy.js";

/**
 * The values of a scope as a list, each in its one spelling; keys become digests.
 *
 * @throws ConfigError naming the value that is none of this scope.
 */
export function checkValues(option: string, scope: ValueScope, values: string | readonly string[]): readonly string[] {
  if (typeof values === "string") return [checkValue(option, scope, values)];
  const checked = values.map((value, index) => checkValue(`${option}[${index}]`, scope, value));
  return Object.freeze([...new Set(checked)]);
}

/** A value in its one spelling. */
function checkValue(option: string, scope: ValueScope, value: string): string {
  switch (scope) {
    case "endpoint":
      return parseEndpointPattern(value)?.text ?? refuse(option, endpoints, value);
    case "ip": {
      if (value === "*") return value;
      const network = parseNetwork(value);
      return network === undefined ? refuse(option, networks, value) : showNetwork(network);
    }
    case "apiKey": {
      const pattern = parseTextPattern(value) ?? refuse(option, texts, "a hidden value");
      return pattern.prefix || isApiKeyDigest(value) ? value : apiKeyDigest(value);
    }
    default:
      return parseTextPattern(value) === undefined ? refuse(option, texts, value) : value;
  }
}

function refuse(option: string, accepted: string, value: string): never {
  throw new ConfigError({ option, accepted, value });
}

const endpoints =
  'an endpoint such as "POST /login", "/api/*", "GET /repos/:owner/**" or "DELETE *": at most one * in a segment and one ** in all, no query';
const networks = 'an address such as "192.0.2.1" or "2001:db8::1", a network such as "10.0.0.0/8", or "*"';
const texts = 'a text without "*", or with one at its end as in "svc-*"';
