import type { RequestView } from "../index.js";

/** A request of no framework's. */
export interface Plain {
  readonly path: string;
}

/** As a gate sees it. */
export function viewOf(path: string, own: Partial<RequestView<Plain>> = {}): RequestView<Plain> {
  const request = { path };
  const gone = (): AbortSignal => new AbortController().signal;
  return {
    request,
    method: "GET",
    target: path,
    route: undefined,
    caseSensitive: true,
    peer: "192.0.2.1",
    header: () => undefined,
    gone,
    ...own,
  };
}
