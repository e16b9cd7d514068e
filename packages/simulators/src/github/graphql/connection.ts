import { FieldError, type Args, type GraphNode } from "./execute.js";

/** A list that is read in pages of at most 100, with cursors. */
export function connection<Item>(
  name: string,
  items: readonly Item[],
  nodeOf: (item: Item) => GraphNode,
): (args: Args) => GraphNode {
  return (args) => {
    const { first, last } = args;
    const size = first ?? last;
    if (size === undefined || size === null) {
      const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
      throw new FieldError("MISSING_PAGINATION_BOUNDARIES", message);
    }
    if (typeof size !== "number" || size < 1 || size > 100) {
      const message = `Requesting ${String(size)} records on the \`${name}\` connection exceeds the limit of 100 records.`;
      throw new FieldError("EXCESSIVE_PAGINATION", message);
    }
    const after = position(args["after"], -1) + 1;
    const before = position(args["before"], items.length);
    const start = typeof first === "number" ? after : Math.max(after, before - size);
    const end = typeof first === "number" ? Math.min(before, after + first) : before;
    const page = items.slice(start, end);
    const cursors = page.map((_, index) => cursor(start + index));
    return {
      typename: `${name}Connection`,
      fields: {
        totalCount: items.length,
        nodes: page.map(nodeOf),
        edges: page.map((item, index) => ({
          typename: `${name}Edge`,
          fields: { cursor: cursors[index], node: nodeOf(item) },
        })),
        pageInfo: {
          typename: "PageInfo",
          fields: {
            hasNextPage: end < items.length,
            hasPreviousPage: start > 0,
            startCursor: cursors[0] ?? null,
            endCursor: cursors.at(-1) ?? null,
          },
        },
      },
    };
  };
}

function cursor(index: number): string {
  return Buffer.from(`cursor:${index}`).toString("base64");
}

function position(value: unknown, fallback: number): number {
  if (typeof value !== "string") return fallback;
  const [, index] = /^cursor:(\d+)$/.exec(Buffer.from(value, "base64").toString()) ?? [];
  if (index === undefined)
    throw new FieldError("INVALID_CURSOR_ARGUMENTS", `\`${value}\` does not appear to be a valid cursor.`);
  return Number(index);
}
