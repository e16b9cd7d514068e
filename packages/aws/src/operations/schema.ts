/** What the SDK's model of an operation says, where the SDK brings one. */
export interface OperationModel {
  /** The HTTP method of REST services; undefined for those whose every call is a POST. */
  readonly method: string | undefined;
  /** Members of the input that the SDK fills with a token, once per command, so that a repetition is recognised. */
  readonly tokens: readonly string[];
}

const unknown: OperationModel = { method: undefined, tokens: [] };
const models = new WeakMap<object, OperationModel>();

/** Bit of a member's traits that marks an idempotency token. See `translateTraits` of @smithy/core. */
const TOKEN_BIT = 4;

/** Reads the model that a command of the SDK carries. An SDK without models, or with others, gives an empty answer. */
export function modelOf(operationSchema: unknown): OperationModel {
  if (!Array.isArray(operationSchema)) return unknown;
  let model = models.get(operationSchema);
  if (model === undefined) {
    model = { method: methodIn(operationSchema[3]), tokens: tokensIn(operationSchema[4]) };
    models.set(operationSchema, model);
  }
  return model;
}

function methodIn(traits: unknown): string | undefined {
  const { http } = (typeof traits === "object" && traits !== null ? traits : {}) as { http?: unknown };
  const method: unknown = Array.isArray(http) ? http[0] : undefined;
  return typeof method === "string" ? method : undefined;
}

function tokensIn(input: unknown): readonly string[] {
  const structure: unknown = typeof input === "function" ? (input as () => unknown)() : input;
  if (!Array.isArray(structure)) return [];
  const [, , , , names, members] = structure as unknown[];
  if (!Array.isArray(names) || !Array.isArray(members)) return [];
  return names.filter((name, at): name is string => typeof name === "string" && isToken(members[at]));
}

function isToken(member: unknown): boolean {
  const traits: unknown = Array.isArray(member) ? member[1] : undefined;
  if (typeof traits === "number") return (traits & TOKEN_BIT) !== 0;
  return typeof traits === "object" && traits !== null && "idempotencyToken" in traits;
}
