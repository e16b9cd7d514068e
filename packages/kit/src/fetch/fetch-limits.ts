import { type Call, type CallInit, createCall } from "@sluice/core";
import { type FetchRequest, matchOperations } from "@sluice/core/fetch";
import { findName } from "../limits/find-name.js";
import type { VendorLimits } from "../limits/vendor-limits.js";
import type { FetchApiOptions } from "./create-fetch-api.js";

/** Stands for the address of an API that was not named. */
const NOWHERE = "https://unknown.invalid";

/**
 * How the limits of a fetch API are asked about: by a pattern of its own, by method and path, or by any name where `operation` is a function.
 * The argument is an address, or what `fetch` takes first.
 */
export function fetchLimits({ provider, account, operation }: FetchApiOptions): VendorLimits {
  const patterns = typeof operation === "function" ? [] : operation;
  const match = matchOperations(patterns);
  const callOf = (name: string, request: FetchRequest): Call => {
    const init: CallInit = { provider, account, operation: name, verb: request.method, args: request };
    return createCall(init);
  };
  return {
    account,
    operations: [...patterns],
    requests(asked, args) {
      const [, verb, path] = /^([A-Za-z]+) +(\/\S*)$/.exec(asked) ?? [];
      const request = requestOf(verb, path, args);
      if (typeof operation === "function") return [callOf(operation(request) ?? asked, request)];
      const name =
        findName(asked, patterns) ?? (path === undefined ? undefined : match(request.method, request.url.pathname));
      return name === undefined
        ? undefined
        : [callOf(name, requestOf(verb, path ?? name.slice(name.indexOf("/")), args))];
    },
  };
}

function requestOf(verb = "GET", path = "/", args: unknown = undefined): FetchRequest {
  const given = args as { readonly url?: unknown; readonly method?: unknown; readonly headers?: unknown } | undefined;
  const address = typeof args === "string" || args instanceof URL ? args : given?.url;
  return {
    method: (typeof given?.method === "string" ? given.method : verb).toUpperCase(),
    url: new URL(typeof address === "string" || address instanceof URL ? address : path, NOWHERE),
    headers: given?.headers instanceof Headers ? given.headers : new Headers(),
  };
}
