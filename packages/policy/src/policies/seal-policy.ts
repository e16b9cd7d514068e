import { checkValues } from "./check-values.js";
import type { Policy } from "./policy.js";

/**
 * The policy as it may be stored and shown: API keys in it are replaced by their digests, which mean the same. Anything else is as it was.
 *
 * @throws ConfigError for values that are none; check the policy first.
 */
export function sealPolicy(policy: Policy): Policy {
  const { scope, values, except } = policy;
  const sealed = scope === "apiKey" && values !== undefined ? { values: digests("values", values) } : {};
  const spared =
    except?.apiKey === undefined ? {} : { except: { ...except, apiKey: digests("except.apiKey", except.apiKey) } };
  return { ...policy, ...sealed, ...spared };
}

function digests(option: string, values: string | readonly string[]): string | readonly string[] {
  const sealed = checkValues(option, "apiKey", values);
  return typeof values === "string" ? (sealed[0] ?? values) : sealed;
}
