import type { Call } from "@sluice/core";
import { correlationId } from "../correlation/correlation.js";
import { plainText } from "../text/plain-text.js";
import type { AttributesLike } from "./open-telemetry.js";

/** Where a call is sent to. */
export interface ServerAddress {
  readonly address: string;
  readonly port?: number | undefined;
}

/** What all spans of a call say: `sluice.*` for what the semantic conventions have no name for. */
export function callAttributes(call: Call, callerOf: (call: Call) => string): AttributesLike {
  return filled({
    "sluice.provider": plainText(call.provider),
    "sluice.account": plainText(call.account),
    "sluice.operation": plainText(call.operation),
    "sluice.caller": plainText(callerOf(call)) || undefined,
    "sluice.correlation_id": plainText(correlationId()),
  });
}

/** What a request says. No address beyond host and port: paths and queries hold names, and tokens. */
export function requestAttributes(call: Call, server: ServerAddress | undefined): AttributesLike {
  return filled({
    "http.request.method": plainText(call.verb),
    // Of attempts: the first is none.
    "http.request.resend_count": call.attempt > 1 ? call.attempt - 1 : undefined,
    "url.template": templateOf(call.operation),
    "server.address": plainText(server?.address),
    "server.port": server?.port,
  });
}

/** The address of a call whose arguments are a request. */
export function addressOf(call: Call): ServerAddress | undefined {
  const { url } = (call.args ?? {}) as { url?: unknown };
  if (!(url instanceof URL) || url.hostname === "") return undefined;
  const usual = url.protocol === "https:" ? 443 : url.protocol === "http:" ? 80 : undefined;
  return { address: url.hostname, port: url.port === "" ? usual : Number(url.port) };
}

/** The name of a request's span: its method, and the operation where that does not begin with the method. */
export function requestName(call: Call): string {
  const operation = plainText(call.operation) ?? "";
  return operation.startsWith(`${call.verb} `) ? operation : `${plainText(call.verb)} ${operation}`;
}

/** `GET /things/{id}` has a template, `chat.postMessage` has none. */
function templateOf(operation: string): string | undefined {
  const path = /^[A-Z]+ (\/\S*)$/.exec(operation)?.[1];
  return path === undefined ? undefined : plainText(path);
}

/** Without what is not known. */
export function filled(attributes: Readonly<Record<string, string | number | boolean | undefined>>): AttributesLike {
  const known: AttributesLike = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) known[name] = value;
  return known;
}
