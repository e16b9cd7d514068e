import { badRequest } from "../status.js";
import type { KubernetesStoredObject } from "../state/model.js";

type Test = (object: KubernetesStoredObject) => boolean;

/** The objects that a label selector means: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, with commas between. */
export function labelSelector(text: string): Test {
  const tests = parts(text).map(labelTest);
  return (object) => tests.every((test) => test(object));
}

/** The objects that a field selector means: `metadata.name=a`, `metadata.namespace!=b`, `status.phase=Running`. */
export function fieldSelector(text: string): Test {
  const tests = parts(text).map((part): Test => {
    const [, field = "", operator, wanted] = /^([\w.]+)\s*(==|=|!=)\s*(.*)$/.exec(part) ?? [];
    const path = fields[field];
    if (operator === undefined || path === undefined) throw badRequest(`field label not supported: ${field || part}`);
    return (object) => (String(path(object) ?? "") === wanted) === (operator !== "!=");
  });
  return (object) => tests.every((test) => test(object));
}

const fields: Readonly<Record<string, (object: KubernetesStoredObject) => unknown>> = {
  "metadata.name": ({ metadata }) => metadata.name,
  "metadata.namespace": ({ metadata }) => metadata.namespace,
  "status.phase": ({ status }) => (status as { readonly phase?: unknown } | undefined)?.phase,
  "status.successful": ({ status }) => (status as { readonly succeeded?: unknown } | undefined)?.succeeded ?? 0,
  type: ({ type }) => type ?? "Opaque",
};

function labelTest(part: string): Test {
  const [, key = "", word, list = ""] = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part) ?? [];
  if (word !== undefined) {
    const wanted = new Set(list.split(",").map((value) => value.trim()));
    return ({ metadata }) => wanted.has(metadata.labels?.[key] ?? "\0") === (word === "in");
  }
  const [, name = "", operator, value] = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(part) ?? [];
  if (operator !== undefined) return ({ metadata }) => (metadata.labels?.[name] === value) === (operator !== "!=");
  const [, not, bare] = /^(!?)([^=!\s()]+)$/.exec(part) ?? [];
  if (bare === undefined) throw badRequest(`unable to parse requirement: ${part}`);
  return ({ metadata }) => (metadata.labels?.[bare] !== undefined) === (not === "");
}

/** Commas inside brackets belong to a list of values. */
function parts(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
