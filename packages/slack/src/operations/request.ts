import type { Call } from "@sluice/core";

/** What the quota needs to know of one HTTP request beside the call. */
export interface SlackRequest {
  /** The method's own name, however many there are; `operation` is `other` for unknown ones. */
  readonly method: string;
  /** The channel that the request is about, where it names one. */
  readonly channel: string | undefined;
  /** The user that the request is about, where it names one. */
  readonly user: string | undefined;
  /** Why sending failed, once it did; errors of hooks are none. */
  failure?: unknown;
  /** Emits the client's `rate_limited` event. Unit: seconds. */
  readonly onRateLimited: (retryAfterSeconds: number) => void;
}

const key = Symbol("slack.request");

/** The call with its request; copies made by hooks keep it. */
export function withRequest(call: Call, request: SlackRequest): Call {
  return Object.assign({ ...call }, { [key]: request });
}

/** The request of a call; a call that a hook made anew is known by its operation alone. */
export function requestOf(call: Call): SlackRequest {
  return (
    (call as Call & { readonly [key]?: SlackRequest })[key] ?? {
      method: call.operation,
      channel: undefined,
      user: undefined,
      onRateLimited: () => {},
    }
  );
}
