import { jsonAnswer, type Answer } from "../../http/answer.js";
import { badRequest, notFound } from "../keycloak-error.js";
import type { Realm, WritableState } from "../state/state.js";

/** One request as a route sees it. */
export interface RouteRequest {
  readonly state: WritableState;
  /** From the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** As sent; empty where nothing was. */
  readonly body: string;
  readonly authorization: string | undefined;
  /** Where the server is: `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** The path as it was requested. */
  readonly path: string;
}

/** One operation of the API. */
export interface Route {
  readonly verb: string;
  /** With placeholders: `/admin/realms/{realm}`. */
  readonly path: string;
  /** Whether it needs no token. */
  readonly open?: boolean;
  readonly run: (request: RouteRequest) => Answer;
}

/** The realm that the path names. */
export function realmOf({ state, params }: RouteRequest): Realm {
  const realm = state.realms.get(params["realm"] ?? "");
  if (realm === undefined) throw notFound("Realm not found.");
  return realm;
}

/** The body as an object. */
export function objectOf({ body }: RouteRequest): Readonly<Record<string, unknown>> {
  const value = parsed(body);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badRequest("unable to read contents from stream");
  return value as Readonly<Record<string, unknown>>;
}

/** The body as a list of objects. */
export function listOf({ body }: RouteRequest): readonly Readonly<Record<string, unknown>>[] {
  const value = parsed(body);
  if (!Array.isArray(value)) throw badRequest("unable to read contents from stream");
  return value as readonly Readonly<Record<string, unknown>>[];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw badRequest("unable to read contents from stream");
  }
}

/** 201, with the address of what was made and no body. */
export function created({ origin, path }: RouteRequest, id: string): Answer {
  return {
    status: 201,
    headers: { location: `${origin}${path.replace(/\/$/, "")}/${encodeURIComponent(id)}` },
    body: "",
  };
}

export const noContent: Answer = { status: 204, headers: {}, body: "" };

/** A page of a list: `first` entries left out, at most `max`. */
export function pageOf(all: readonly unknown[], query: URLSearchParams): Answer {
  const first = Number(query.get("first") ?? 0);
  const max = Number(query.get("max") ?? -1);
  return jsonAnswer(all.slice(first, max < 0 ? undefined : first + max));
}
