import { ConfigError } from "@sluice/core";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { policiesSchema } from "./generated/schema.js";
import { pathOf } from "./plain-copy.js";

/** Which part of the schema. */
export type SchemaPart = "file" | "policies" | "policy";

const parts: Readonly<Record<SchemaPart, string>> = {
  file: "",
  policies: "#/properties/policies",
  policy: "#/$defs/policy",
};
const compiled = new Map<SchemaPart, ValidateFunction>();

/**
 * Checks a plain copy against the published schema.
 *
 * @param option - how what is checked is called in errors; empty for a file, whose fields stand for themselves.
 * @throws ConfigError naming the field, what it may be, and what it is.
 */
export function checkSchema(part: SchemaPart, value: unknown, option: string): void {
  const validate = compiled.get(part) ?? compile(part);
  if (validate(value)) return;
  const errors = validate.errors ?? [];
  // The complaint about a choice comes last, behind those about each way to meet it.
  const error = errors.find(({ keyword }) => keyword === "oneOf") ?? errors[0];
  throw new ConfigError(error === undefined ? { option, accepted: "valid", value } : problemOf(error, value, option));
}

function compile(part: SchemaPart): ValidateFunction {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allowUnionTypes: true,
    verbose: true,
  });
  ajv.addSchema(policiesSchema);
  const validate = ajv.compile({ $ref: `${String(policiesSchema["$id"])}${parts[part]}` });
  compiled.set(part, validate);
  return validate;
}

interface Described {
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

function problemOf(error: ErrorObject, root: unknown, option: string): ConstructorParameters<typeof ConfigError>[0] {
  const keys = error.instancePath.split("/").slice(1).map(unescape);
  const path = keys.reduce((before, key) => (/^\d+$/.test(key) ? `${before}[${key}]` : pathOf(before, key)), option);
  const schema = (error.parentSchema ?? {}) as Described;
  const params = error.params as { readonly missingProperty?: string; readonly additionalProperty?: string };
  if (params.missingProperty !== undefined) {
    const accepted = descriptionOf(schema.properties?.[params.missingProperty]);
    return { option: pathOf(path, params.missingProperty), accepted, value: undefined };
  }
  if (params.additionalProperty !== undefined) {
    const accepted = `absent (fields are ${Object.keys(schema.properties ?? {}).join(", ")})`;
    const value = (error.data as Readonly<Record<string, unknown>>)[params.additionalProperty];
    return { option: pathOf(path, params.additionalProperty), accepted, value };
  }
  if (error.keyword === "oneOf") {
    const both = Object.hasOwn(error.data as object, "per");
    return {
      option: path,
      accepted: "a window with exactly one of per and windowMs",
      value: both ? "both" : "neither",
    };
  }
  const value = isSecret(root, keys) ? "a hidden value" : error.data;
  return { option: path || "policies", accepted: descriptionOf(schema), value };
}

function descriptionOf(schema: Described | undefined): string {
  const name = schema?.$ref?.split("/").at(-1);
  const target = name === undefined ? schema : (policiesSchema["$defs"] as Record<string, Described>)[name];
  return target?.description ?? "valid";
}

/** Values of API keys may be the keys themselves. */
function isSecret(root: unknown, keys: readonly string[]): boolean {
  if (keys.includes("except") && keys.includes("apiKey")) return true;
  const at = keys.indexOf("values");
  const policy = keys
    .slice(0, Math.max(0, at))
    .reduce((value: unknown, key) => (value as Record<string, unknown>)[key], root);
  return at >= 0 && (policy as { scope?: unknown }).scope === "apiKey";
}

function unescape(key: string): string {
  return key.replaceAll("~1", "/").replaceAll("~0", "~");
}
