import { vi } from "vitest";

/** Sends what is meant for one address to another, until `vi.unstubAllGlobals`. */
export function redirect(from: string, to: string): void {
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (input: string | URL | Request, init?: RequestInit) =>
    fetch(
      input instanceof Request ? new Request(input.url.replace(from, to), input) : String(input).replace(from, to),
      init,
    ),
  );
}
