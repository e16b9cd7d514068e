import { anObject, type Call, type Clock, type Hook, LimitExceededError, recordWait, systemClock } from "@sluice/core";
import type { Identity } from "../policies/policy.js";
import type { PolicyEngine } from "./engine.js";

/** How outgoing calls are asked about. */
export interface PolicyHookOptions {
  /** @defaultValue `"policies"` */
  readonly name?: string;
  /** `call`: once a logical call; `attempt`: each HTTP request. @defaultValue `"call"` */
  readonly stage?: Hook["stage"];
  /** On whose behalf a call is made. @defaultValue {@link identityOfCall} */
  readonly identify?: (call: Call) => Identity;
  /** Only these policies, all of which must hold. @defaultValue those that apply */
  readonly policy?: string | readonly string[];
  /** `wait`: until the policies let it through or the call's time is up; `refuse`: an error at once. @defaultValue `"wait"` */
  readonly when?: "wait" | "refuse";
  readonly clock?: Clock;
}

/**
 * Limits outgoing calls by who makes them: how much of a provider's quota a tenant, a user or a role may use. The caller is the one of
 * `withCaller` or `api.as`.
 */
export function policyHook(engine: PolicyEngine, options: PolicyHookOptions = {}): Hook {
  anObject("options", options);
  const identify = options.identify ?? identityOfCall;
  const clock = options.clock ?? systemClock;
  const only = options.policy === undefined ? {} : { policy: options.policy };
  return {
    name: options.name ?? "policies",
    stage: options.stage ?? "call",
    async before(call) {
      const identity = identify(call);
      if (options.when === "refuse") {
        const decision = await engine.check(identity, only);
        if (!decision.allowed) throw refusal(call, decision.policy ?? "", decision.retryAfterMs);
        return undefined;
      }
      const startedMs = clock.now();
      const waiting = engine.acquire(identity, {
        ...only,
        timeoutMs: Math.max(0, call.deadlineMs - startedMs),
        priority: call.priority,
        signal: call.signal,
      });
      await waiting.finally(() => recordWait(call, clock.now() - startedMs));
      return undefined;
    },
  };
}

/** The caller of a call as an identity, a namespace as a tenant; its endpoint is provider and operation: `/slack/chat.postMessage`. */
export function identityOfCall(call: Call): Identity {
  const { user, tenant, namespace, role } = call.caller ?? {};
  const group = tenant ?? namespace;
  return {
    endpoint: `/${call.provider}/${call.operation}`,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { tenant: group }),
    ...(role === undefined ? {} : { roles: [role] }),
  };
}

function refusal(call: Call, policy: string, retryAfterMs: number): LimitExceededError {
  return new LimitExceededError({
    bucket: policy,
    retryAfterMs,
    reason: "a policy",
    provider: call.provider,
    account: call.account,
  });
}
