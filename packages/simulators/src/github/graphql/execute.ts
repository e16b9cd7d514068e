import type { FragmentNode, Selection, Variables } from "./parse.js";

/** Arguments of a field. */
export type Args = Readonly<Record<string, unknown>>;

/** An object of the schema: its fields are values, or functions that make them. */
export interface GraphNode {
  readonly typename: string;
  /** Interfaces it also is. */
  readonly is?: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An error of one field, which is then null. */
export class FieldError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = "FieldError";
    this.type = type;
  }
}

/** An error as GraphQL answers it. */
export interface GraphqlError {
  readonly type: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Answers selections of an object. */
export function execute(
  root: GraphNode,
  selections: readonly Selection[],
  fragments: ReadonlyMap<string, FragmentNode>,
  variables: Variables,
): { readonly data: Readonly<Record<string, unknown>>; readonly errors: readonly GraphqlError[] } {
  const errors: GraphqlError[] = [];

  const object = (node: GraphNode, parts: readonly Selection[], path: readonly (string | number)[]) => {
    const result: Record<string, unknown> = {};
    for (const part of parts) {
      if (!isIncluded(part, variables)) continue;
      if (part.kind === "field") {
        const own = [...path, part.alias];
        try {
          result[part.alias] = complete(valueOf(node, part.name, evaluated(part.args, variables)), part, own);
        } catch (error) {
          if (!(error instanceof FieldError)) throw error;
          errors.push({ type: error.type, path: own, message: error.message });
          result[part.alias] = null;
        }
      } else {
        const { on, selections: inner = [] } =
          part.kind === "inline" ? part : (fragments.get(part.fragment) ?? { on: undefined, selections: [] });
        if (on === undefined || on === node.typename || node.is?.includes(on) === true) {
          Object.assign(result, object(node, inner, path));
        }
      }
    }
    return result;
  };

  const complete = (
    value: unknown,
    field: Extract<Selection, { kind: "field" }>,
    path: readonly (string | number)[],
  ): unknown => {
    if (Array.isArray(value)) return value.map((item: unknown, index) => complete(item, field, [...path, index]));
    if (!isNode(value)) return value ?? null;
    if (field.selections !== undefined) return object(value, field.selections, path);
    throw new FieldError("selectionMismatch", `Field must have selections (field '${field.name}')`);
  };

  return { data: object(root, selections, []), errors };
}

function valueOf(node: GraphNode, name: string, args: Args): unknown {
  if (name === "__typename") return node.typename;
  if (!Object.hasOwn(node.fields, name)) {
    throw new FieldError("undefinedField", `Field '${name}' doesn't exist on type '${node.typename}'`);
  }
  const value = node.fields[name];
  return typeof value === "function" ? (value(args) as unknown) : value;
}

function isIncluded(part: Selection, variables: Variables): boolean {
  return part.directives.every(({ name, args }) => {
    if (name !== "include" && name !== "skip") return true;
    return (args["if"]?.(variables) === true) === (name === "include");
  });
}

export function evaluated(
  args: Readonly<Record<string, (variables: Variables) => unknown>>,
  variables: Variables,
): Args {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, value(variables)]));
}

function isNode(value: unknown): value is GraphNode {
  return typeof value === "object" && value !== null && "typename" in value && "fields" in value;
}
