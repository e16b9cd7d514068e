import type { Call } from "@sluice/core";
import type { OperationName } from "./operation.js";

/** What quota, feedback and retry need to know of one HTTP request beside the call. */
export interface AwsRequest {
  readonly name: OperationName | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  readonly region: string | undefined;
  /** Told apart from AWS itself in the names of buckets: `@localhost:4566`; empty for AWS. */
  readonly server: string;
  /** Bytes of the request's body, where they are known; undefined for a stream of unknown length. */
  readonly bodyBytes: number | undefined;
  /** Bytes that are sent at least, of a stream whose content's length is known too. @defaultValue `bodyBytes` */
  readonly leastBytes?: number | undefined;
  /** Most attempts that the SDK's own setting allows, where somebody set it. */
  readonly mostAttempts: number | undefined;
  /** Why sending failed, once it did; errors of hooks are none. */
  failure?: unknown;
}

const key = Symbol("aws.request");

/** The call with its request; copies made by hooks keep it. */
export function withRequest(call: Call, request: AwsRequest): Call {
  return Object.assign({ ...call }, { [key]: request });
}

/** The request of a call; a call that a hook made anew is known by its operation alone. */
export function requestOf(call: Call): AwsRequest {
  const known = (call as Call & { readonly [key]?: AwsRequest })[key];
  if (known !== undefined) return known;
  const [service, action] = call.operation.split(".");
  const name = service === undefined || action === undefined ? undefined : { service, action };
  return { name, input: {}, region: undefined, server: "", bodyBytes: undefined, mostAttempts: undefined };
}
