import { StatusError } from "../status.js";
import { badRequest } from "../status.js";
import type { ResourceKind, KubernetesStoredObject } from "../state/model.js";
import type { WritableKubernetesState } from "../state/state.js";
import { fieldSelector, labelSelector } from "./selectors.js";

/** A list, or the page of it that `limit` and `continue` ask for. */
export function listObjects(
  state: WritableKubernetesState,
  kind: ResourceKind,
  namespace: string | undefined,
  query: URLSearchParams,
): object {
  if (query.get("watch") === "true") throw badRequest("watching is not simulated");
  const labels = labelSelector(query.get("labelSelector") ?? "");
  const fields = fieldSelector(query.get("fieldSelector") ?? "");
  const all = state.list(kind, namespace).filter((object) => labels(object) && fields(object));
  const from = startOf(query.get("continue") ?? "");
  const left = from === undefined ? all : all.filter((object) => keyOf(object) >= from);
  const limit = limitOf(query.get("limit"));
  const items = left.slice(0, limit);
  const next = left[limit];
  const metadata = {
    resourceVersion: state.resourceVersion,
    ...(next !== undefined && { continue: tokenOf(next), remainingItemCount: left.length - items.length }),
  };
  return { kind: `${kind.kind}List`, apiVersion: kind.apiVersion, metadata, items };
}

function limitOf(text: string | null): number {
  if (text === null || text === "" || text === "0") return Number.POSITIVE_INFINITY;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw badRequest(`limit must be a whole number, got ${text}`);
}

function tokenOf(object: KubernetesStoredObject): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", start: keyOf(object) })).toString("base64url");
}

function startOf(token: string): string | undefined {
  if (token === "") return undefined;
  try {
    const { start } = JSON.parse(Buffer.from(token, "base64url").toString()) as { readonly start?: unknown };
    if (typeof start === "string") return start;
  } catch {
    // Answered below.
  }
  throw new StatusError(410, "Expired", "The provided continue parameter is not valid, or too old");
}

function keyOf({ metadata }: KubernetesStoredObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
