import { jsonAnswer, type Answer } from "../../http/answer.js";
import { ApiError } from "../routes/api-error.js";
import { readFields } from "../routes/fields.js";
import type { RouteContext } from "../routes/route.js";
import { queryCost } from "./cost.js";
import { evaluated, execute } from "./execute.js";
import { parseDocument, type DocumentNode, type OperationNode, type Variables } from "./parse.js";
import { mutationRoot, queryRoot } from "./schema.js";

/** A GraphQL request that has been read and priced. */
export interface GraphqlRequest {
  readonly isMutation: boolean;
  /** Unit: points of the primary limit. */
  readonly cost: number;
  /** What it asks for, or what is wrong with it. */
  readonly content:
    | {
        readonly document: DocumentNode;
        readonly operation: OperationNode;
        readonly variables: Variables;
        readonly nodes: number;
      }
    | Answer;
}

/** Reads the body of a request. */
export function openGraphql(body: Uint8Array): GraphqlRequest {
  try {
    const { query, variables: given, operationName } = readFields(body);
    if (typeof query !== "string")
      return wrong(jsonAnswer({ message: "A query attribute must be specified and must be a string." }, 400));
    const document = parseDocument(query);
    const operation = document.operations.find(
      ({ name }) => typeof operationName !== "string" || name === operationName,
    );
    if (operation === undefined) return wrong(errors(`No operation named ${JSON.stringify(operationName)}`));
    const own = typeof given === "object" && given !== null ? { ...given } : {};
    const variables: Variables = { ...evaluated(operation.defaults, {}), ...own };
    const { cost, nodes } = queryCost(operation.selections, document.fragments, variables);
    return { isMutation: operation.type === "mutation", cost, content: { document, operation, variables, nodes } };
  } catch (error) {
    if (error instanceof SyntaxError) return wrong(errors(`Parse error: ${error.message}`));
    if (error instanceof ApiError) return wrong(jsonAnswer(error.body, error.status));
    throw error;
  }
}

/** Runs a request. */
export function answerGraphql({ cost, content }: GraphqlRequest, context: RouteContext): Answer {
  if (context.viewer.kind === "nobody" || context.viewer.kind === "app") {
    const { body, status } = new ApiError(401, "This endpoint requires you to be authenticated.");
    return jsonAnswer(body, status);
  }
  if ("status" in content) return content;
  const { document, operation, variables, nodes } = content;
  const root = operation.type === "mutation" ? mutationRoot(context) : queryRoot(context, { cost, nodes });
  const { data, errors: failed } = execute(root, operation.selections, document.fragments, variables);
  return jsonAnswer(failed.length === 0 ? { data } : { data, errors: failed });
}

function wrong(content: Answer): GraphqlRequest {
  return { isMutation: false, cost: 1, content };
}

function errors(message: string): Answer {
  return jsonAnswer({ errors: [{ message }] });
}
