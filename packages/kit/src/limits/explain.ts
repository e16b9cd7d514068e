import type { Call } from "@sluice/core";
import { type Charge, limitFigures, type Quota } from "@sluice/limiter";
import type { Mode } from "../options/api-options.js";
import type { ExplainedLimit, Explanation } from "./explanation.js";
import { explanationText } from "./explanation-text.js";
import { figuresInWords } from "./figures-in-words.js";
import { byDefault, byOwnQuota } from "./set-by.js";
import type { ChargeNotes, VendorLimits } from "./vendor-limits.js";

/** What an explanation is made of. */
export interface ExplanationParts {
  readonly provider: string;
  readonly account: string;
  readonly operation: string;
  readonly enforcement: Mode;
  readonly limits: readonly ExplainedLimit[];
  /** In place of the text. */
  readonly text?: string;
}

/** The limits that the requests of a call pass. */
export function limitsOf(
  requests: readonly Call[],
  quota: Quota,
  ownQuota: boolean,
  describe: VendorLimits["describe"],
): readonly ExplainedLimit[] {
  return requests.flatMap((call) => quota(call).map((charge) => limitOf(charge, call, ownQuota, describe)));
}

/** One of them. */
export function limitOf(
  charge: Charge,
  call: Call,
  ownQuota: boolean,
  describe: VendorLimits["describe"],
): ExplainedLimit {
  const notes: ChargeNotes = ownQuota ? { setBy: byOwnQuota } : (describe?.(charge, call) ?? {});
  const limit = limitFigures(charge.limit);
  const bucket = notes.bucket ?? charge.bucket;
  return Object.freeze({
    request: call.operation,
    bucket,
    needs: Object.freeze([...bucket.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "")),
    limit,
    words: notes.words ?? figuresInWords(limit),
    cost: charge.cost ?? 1,
    scope: notes.scope ?? null,
    published: notes.published ?? null,
    source: notes.source === undefined ? null : Object.freeze(notes.source),
    setBy: Object.freeze(notes.setBy ?? byDefault),
    note: notes.note ?? null,
  });
}

/** The whole, frozen, that says itself in words. */
export function explanationOf(parts: ExplanationParts): Explanation {
  const { provider, account, operation, enforcement, limits } = parts;
  const text = parts.text ?? explanationText(parts);
  const explanation = { provider, account, operation, enforcement, limits: Object.freeze(limits), text };
  Object.defineProperty(explanation, "toString", { value: () => text });
  return Object.freeze(explanation);
}
