/** The website, which links in answers point to. */
export const website = "https://github.com";

/** A moment as the API writes it: `2026-01-31T12:00:00Z`. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** The id that GraphQL knows an object by: type and number, encoded. */
export function nodeId(type: string, id: number): string {
  return Buffer.from(`0${type.length}:${type}${id}`).toString("base64");
}

/** What a node id was made of. */
export function readNodeId(node: string): { readonly type: string; readonly id: number } | undefined {
  const [, type, id] = /^0\d+:([A-Za-z]+)(\d+)$/.exec(Buffer.from(node, "base64").toString()) ?? [];
  return type === undefined ? undefined : { type, id: Number(id) };
}
