import type { FragmentNode, Selection, Variables } from "./parse.js";

/** What a query costs of the primary limit, and how many nodes it may return. */
export interface QueryCost {
  /** Unit: points. */
  readonly cost: number;
  readonly nodes: number;
}

/**
 * The published formula: the requests needed to fill each connection, were every one as long as asked for, divided by
 * 100 and rounded, but at least 1.
 *
 * @see https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
export function queryCost(
  selections: readonly Selection[],
  fragments: ReadonlyMap<string, FragmentNode>,
  variables: Variables,
): QueryCost {
  let requests = 0;
  let nodes = 0;
  const walk = (parts: readonly Selection[], parents: number): void => {
    for (const part of parts) {
      if (part.kind === "spread") walk(fragments.get(part.fragment)?.selections ?? [], parents);
      else if (part.kind === "inline") walk(part.selections, parents);
      else {
        const size = Number((part.args["first"] ?? part.args["last"])?.(variables) ?? Number.NaN);
        if (Number.isFinite(size)) {
          requests += parents;
          nodes += parents * size;
        }
        walk(part.selections ?? [], Number.isFinite(size) ? parents * size : parents);
      }
    }
  };
  walk(selections, 1);
  return { cost: Math.max(1, Math.round(requests / 100)), nodes };
}
