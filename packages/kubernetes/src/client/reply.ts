import type { HeadersLike, ReplyReader } from "@sluice/core";

/** Reads status and headers from the SDK's responses and from its errors. */
export const readReply: ReplyReader = (value) => {
  if (typeof value !== "object" || value === null) return nothing;
  const { httpStatusCode, code, headers } = value as { httpStatusCode?: unknown; code?: unknown; headers?: unknown };
  const status = typeof httpStatusCode === "number" ? httpStatusCode : code;
  if (typeof status !== "number" || typeof headers !== "object" || headers === null) return nothing;
  return { status, headers: headersOf(headers as Readonly<Record<string, string>>) };
};

const nothing = { status: undefined, headers: undefined } as const;

/** The SDK's headers are a record with names in lower case; a library of the user's own may write them otherwise. */
function headersOf(headers: Readonly<Record<string, string>>): HeadersLike {
  return {
    get(name) {
      const wanted = name.toLowerCase();
      const found = Object.entries(headers).find(([given]) => given.toLowerCase() === wanted)?.[1];
      return found === undefined ? null : String(found);
    },
  };
}
