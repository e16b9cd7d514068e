import { badRequest, StatusError } from "../status.js";

type Json = Readonly<Record<string, unknown>>;

/** The object with a patch put on it: a JSON patch, or a merge patch, which strategic merges are taken for. */
export function patched(object: Json, contentType: string, patch: unknown): Json {
  const type = contentType.split(";")[0]?.trim();
  if (type === "application/json-patch+json") return jsonPatch(object, patch);
  if (!merges.has(type ?? ""))
    throw new StatusError(415, "UnsupportedMediaType", `the body was of type ${contentType}`);
  if (!isObject(patch)) throw badRequest("a merge patch must be an object");
  return merge(object, patch);
}

const merges = new Set([
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
]);

function merge(target: Json, patch: Json): Json {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else if (isObject(value)) {
      const before = merged.get(name);
      merged.set(name, merge(isObject(before) ? before : {}, value));
    } else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

function jsonPatch(object: Json, patch: unknown): Json {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch must be a list");
  return (patch as readonly Json[]).reduce((before, { op, path, value }) => {
    const keys = String(path).split("/").slice(1).map(unescaped);
    if (op !== "add" && op !== "replace" && op !== "remove")
      throw badRequest(`operation ${String(op)} is not simulated`);
    return put(before, keys, op === "remove" ? undefined : value);
  }, object);
}

/** Undefined takes the field away. */
function put(target: Json, [key, ...rest]: readonly string[], value: unknown): Json {
  if (key === undefined) return isObject(value) ? value : target;
  const before = target[key];
  const next = rest.length === 0 ? value : put(isObject(before) ? before : {}, rest, value);
  const others = Object.entries(target).filter(([name]) => name !== key);
  return Object.fromEntries(next === undefined ? others : [...others, [key, next]]);
}

function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
