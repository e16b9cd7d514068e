import { type Classify, classifyHttp } from "@sluice/core";
import { requestOf } from "../operations/request.js";

/**
 * What an attempt at GitLab came to: as for plain HTTP. GitLab knows no idempotency keys, so only what reads is repeated when it is
 * not clear what became of a request. A hook's veto is a decision, not a failure of the request.
 */
export const classify: Classify = (settled, call) =>
  !settled.ok && settled.error !== requestOf(call)?.failure ? { kind: "final" } : classifyHttp(settled, call);
