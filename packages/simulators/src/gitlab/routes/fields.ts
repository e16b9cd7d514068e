import { ApiError } from "./api-error.js";
import type { Fields } from "./route.js";

/** Reads a JSON or form body; an empty one, and one of another type, has no fields. */
export function readFields(contentType: string | undefined, body: Uint8Array): Fields {
  const written = new TextDecoder().decode(body);
  if (written === "") return {};
  if (contentType?.startsWith("application/x-www-form-urlencoded") === true) {
    return Object.fromEntries(new URLSearchParams(written));
  }
  if (contentType?.startsWith("application/json") !== true) return {};
  try {
    const value: unknown = JSON.parse(written);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Answered as any body that is no object.
  }
  throw new ApiError(400, { error: "request body is not valid JSON" });
}

/** A field that must be there. */
export function requiredText(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (value === undefined) throw new ApiError(400, { error: `${name} is missing` });
  return value;
}

/** A field that may be missing. */
export function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : undefined;
}

/** A number that must be there. */
export function requiredNumber(fields: Fields, name: string): number {
  const value = Number(requiredText(fields, name));
  if (!Number.isInteger(value)) throw new ApiError(400, { error: `${name} is invalid` });
  return value;
}

/** A list, or texts between commas. */
export function texts(fields: Fields, name: string): readonly string[] | undefined {
  const value = fields[name];
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== "string") return undefined;
  return value.split(",").filter((item) => item !== "");
}
