import type { Answer, AnswerBody } from "../http/answer.js";
import type { LedgerEntry } from "../ledger/entry.js";
import { authorize } from "./authorization.js";
import { chargeOf, type S3Charge, type S3Limiter } from "./limits/s3-limiter.js";
import type { S3SimulatorConfig } from "./options.js";
import { operations } from "./operations/registry.js";
import type { S3Reply } from "./operations/operation.js";
import type { S3Request } from "./request.js";
import { S3Error } from "./s3-error.js";
import type { WritableS3State } from "./state/state.js";
import { bareXmlDocument } from "./wire/xml.js";

/** How a request was answered. */
export interface S3Outcome {
  readonly answer: Answer<AnswerBody>;
  /** What the ledger notes of it beside what every request has. */
  readonly entry: Pick<LedgerEntry, "accepted" | "account" | "limit" | "cost" | "throttled">;
}

/** Answers requests. */
export interface S3Exchange {
  /** Authorises, limits and answers a request at once. `nowMs` is read from the limit clock. */
  process(operation: string, request: S3Request, nowMs: number): S3Outcome;
  /** What a fault answers that says nothing else but perhaps a status. */
  failure(request: S3Request, status: number | undefined): Answer;
}

export function s3Exchange(config: S3SimulatorConfig, state: WritableS3State, limiter: S3Limiter): S3Exchange {
  const refused = (error: unknown, request: S3Request): Answer => {
    if (!(error instanceof S3Error)) throw error;
    return errorAnswer(error, request, state.nextId());
  };

  return {
    process(operation, request, nowMs) {
      try {
        if (request.flaw !== undefined) throw new S3Error(request.flaw, [["URI", request.path]]);
        authorize(request, config.credentials, state.nowMs());
      } catch (error) {
        return { answer: refused(error, request), entry: { accepted: false } };
      }
      const charge = chargeOf(operation, request, config.prefixDepth);
      if (config.enforce && charge !== undefined && !limiter.admits(charge, nowMs)) {
        const answer = refused(new S3Error("SlowDown"), request);
        return { answer, entry: { ...countedAs(charge, 0), accepted: false, throttled: true } };
      }
      const entry = { ...countedAs(charge, 1), accepted: true };
      try {
        const perform = operations.get(operation);
        if (perform === undefined) throw new S3Error(operation === "other" ? "MethodNotAllowed" : "NotImplemented");
        return { answer: complete(perform({ ...config, request, state }), state.nextId()), entry };
      } catch (error) {
        return { answer: refused(error, request), entry };
      }
    },
    failure: (request, status) => refused(new S3Error(status === 503 ? "SlowDown" : "InternalError"), request),
  };
}

function countedAs(charge: S3Charge | undefined, cost: number): Pick<LedgerEntry, "account" | "limit" | "cost"> {
  return charge === undefined ? {} : { account: charge.prefix, limit: charge.limit, cost };
}

function complete({ status = 200, headers = {}, body = "" }: S3Reply, requestId: string): Answer<AnswerBody> {
  return { status, headers: { ...identity(requestId), ...headers }, body };
}

/** Answers to HEAD, and those that say that nothing changed, have no body to name the error in. */
function errorAnswer(error: S3Error, { verb, path }: S3Request, requestId: string): Answer {
  const hasBody = verb !== "HEAD" && error.status !== 304;
  const body = bareXmlDocument("Error", [
    ["Code", error.code],
    ["Message", error.message],
    ...error.details,
    ["Resource", path],
    ["RequestId", requestId],
    ["HostId", hostId(requestId)],
  ]);
  return {
    status: error.status,
    headers: { ...identity(requestId), "content-type": "application/xml" },
    body: hasBody ? body : "",
  };
}

function identity(requestId: string): Record<string, string> {
  return { "x-amz-id-2": hostId(requestId), "x-amz-request-id": requestId, server: "AmazonS3" };
}

function hostId(requestId: string): string {
  return Buffer.from(`simulated-host-of-${requestId}`).toString("base64");
}
