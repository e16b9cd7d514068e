import { ConfigError } from "@sluice/core";
import { checkPolicies, normalPolicies } from "./check-policies.js";
import { checkSchema } from "./check-schema.js";
import { plainCopy } from "./plain-copy.js";
import type { Policy } from "./policy.js";
import { sealPolicy } from "./seal-policy.js";

/** Larger texts are not even parsed. */
const LARGEST_BYTES = 2 ** 20;

/** Policies as a file holds them. */
export interface PoliciesFile {
  /** Address of the schema, for editors. */
  readonly $schema?: string;
  /** Of the format. */
  readonly version: 1;
  readonly policies: readonly Policy[];
}

/**
 * Reads policies from a file's text, or from what a parser made of it. All or nothing.
 *
 * @param file - a text of at most 1 MiB, `{ "version": 1, "policies": [...] }`, at most 10000 policies.
 * @returns the policies as they were written, in copies.
 * @throws ConfigError naming the field, what it may be, and what it is.
 */
export function importPolicies(file: string | PoliciesFile): Policy[] {
  const copy = plainCopy(typeof file === "string" ? parse(file) : file, "");
  checkSchema("file", copy, "");
  const { policies } = copy as PoliciesFile;
  normalPolicies(policies, "policies");
  return policies.map(withPrototypes);
}

/**
 * A file's text that {@link importPolicies} reads as the same policies. API keys in it are replaced by their digests, which mean the same.
 *
 * @throws ConfigError for policies that are none, and for more than a file may hold.
 */
export function exportPolicies(policies: readonly Policy[]): string {
  checkPolicies(policies);
  const sealed = policies.map(sealPolicy);
  const pretty = `${JSON.stringify({ version: 1, policies: sealed }, undefined, 2)}\n`;
  if (Buffer.byteLength(pretty) <= LARGEST_BYTES) return pretty;
  // Many policies: a line for each.
  const lines = `{"version":1,"policies":[\n${sealed.map((policy) => JSON.stringify(policy)).join(",\n")}\n]}\n`;
  if (Buffer.byteLength(lines) <= LARGEST_BYTES) return lines;
  throw new ConfigError({
    option: "policies",
    accepted: `few enough for a file of ${LARGEST_BYTES} bytes`,
    value: `${Buffer.byteLength(lines)} bytes`,
    hint: "Export them in parts",
  });
}

function parse(text: string): unknown {
  // A text is at least as many bytes as it has characters.
  if (text.length > LARGEST_BYTES || Buffer.byteLength(text) > LARGEST_BYTES) {
    throw new ConfigError({
      option: "policies",
      accepted: `a text of at most ${LARGEST_BYTES} bytes`,
      value: `${text.length} characters`,
    });
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold keys.
    throw new ConfigError({ option: "policies", accepted: "JSON", value: `${text.length} characters that are none` });
  }
}

/** The copies that were checked inherit nothing, which would surprise who prints or compares them. */
function withPrototypes(policy: Policy): Policy {
  return JSON.parse(JSON.stringify(policy)) as Policy;
}
