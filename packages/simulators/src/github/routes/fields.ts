import { ApiError } from "./api-error.js";
import type { Fields } from "./route.js";

/** Reads a JSON body; an empty one has no fields. */
export function readFields(body: Uint8Array): Fields {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ApiError(400, "Body should be a JSON object");
  }
  return { ...value };
}

/** A field that must be there. */
export function requiredText(fields: Fields, name: string): string {
  const value = fields[name];
  if (value === undefined || value === null) {
    throw new ApiError(422, `Invalid request.\n\n"${name}" wasn't supplied.`);
  }
  return checkedText(name, value);
}

/** A field that may be missing. */
export function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return value === undefined || value === null ? undefined : checkedText(name, value);
}

export function flag(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  return typeof value === "boolean" ? value : undefined;
}

/** A list of texts, or of objects with a `name`. */
export function texts(fields: Fields, name: string): readonly string[] | undefined {
  const value = fields[name];
  if (!Array.isArray(value)) return undefined;
  return value.map((item: unknown) =>
    checkedText(name, typeof item === "object" && item !== null && "name" in item ? item.name : item),
  );
}

function checkedText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw new ApiError(422, `Invalid request.\n\nFor '${name}', ${JSON.stringify(value)} is not a string.`);
}
