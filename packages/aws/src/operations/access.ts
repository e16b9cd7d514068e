import type { OperationName } from "./operation.js";
import type { OperationModel } from "./schema.js";

const readingWords =
  /^(?:Get|List|Describe|Head|Search|Query|Scan|BatchGet|TransactGet|Lookup|Select|Check|Count|Estimate|Preview|Validate)(?![a-z])/;

/** Actions whose first word does not tell: they hand something out that is then gone. */
const takingReads = new Set(["SFN.GetActivityTask"]);

/** Whether an operation only reads: by its HTTP method where the service has REST, else by its first word. Unknown words count as writes. */
export function accessOf(name: OperationName | undefined, { method }: OperationModel): "read" | "write" {
  if (name === undefined) return "write";
  if (takingReads.has(`${name.service}.${name.action}`)) return "write";
  if (method === "GET" || method === "HEAD") return "read";
  return readingWords.test(name.action) ? "read" : "write";
}

/** Arguments that make an S3 write depend on what is there, so that its own repetition may fail or do more. */
const conditions = /^(?:CopySource|Source|Destination)?If[A-Z]|^WriteOffsetBytes$/;

/**
 * Whether a repetition after an unclear outcome does no harm: reads; commands whose idempotency token the SDK fills in before the
 * first attempt, or the caller gave; and S3's PUT and DELETE, idempotent as HTTP says, unless conditions make them depend on what is there.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2
 */
export function isIdempotent(
  name: OperationName | undefined,
  model: OperationModel,
  input: Readonly<Record<string, unknown>>,
): boolean {
  if (accessOf(name, model) === "read" || model.tokens.length > 0) return true;
  if (name?.service !== "S3" || (model.method !== "PUT" && model.method !== "DELETE")) return false;
  return !Object.entries(input).some(([argument, value]) => value !== undefined && conditions.test(argument));
}
