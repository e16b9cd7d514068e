import type { KubeConfig, RequestContext, SecurityAuthentication } from "@kubernetes/client-node";
import { type Clock, systemClock } from "@sluice/core";
import { currentLogicalCall, outside } from "./logical-call.js";
import { secretsInHeaders, secretsOfKubeConfig } from "./secrets-in.js";

/** Puts credentials on requests, and knows those that a request was given long ago. */
export interface Authentication extends SecurityAuthentication {
  /** A request that waited long for its turn, or is repeated, leaves with the credentials of now. */
  renew(request: RequestContext, copy: RequestContext): Promise<void>;
}

/** A token is not asked for again within this time. Unit: milliseconds. */
const FRESH_MS = 1000;

/** Nothing of the kubeconfig can be reached from what this returns, so an inspected client shows no token. */
export function authenticationOf(
  kubeConfig: () => KubeConfig,
  given: SecurityAuthentication | undefined,
  clock: Clock = systemClock,
): Authentication {
  const applied = new WeakMap<RequestContext, { readonly value: string; readonly atMs: number }>();
  const apply = async (context: RequestContext): Promise<void> => {
    const secrets = currentLogicalCall()?.secrets;
    const by = given ?? kubeConfig();
    if (given === undefined) for (const secret of secretsOfKubeConfig(by as KubeConfig)) secrets?.add(secret);
    try {
      // A plugin of the user's may call the API itself.
      await outside(async () => by.applySecurityAuthentication(context));
    } catch (error) {
      throw error instanceof SyntaxError ? unreadable(error) : error;
    }
    for (const secret of secretsInHeaders(context.getHeaders())) secrets?.add(secret);
  };
  return {
    getName: () => "kubeconfig authentication",
    async applySecurityAuthentication(context) {
      await apply(context);
      const value = context.getHeaders()["Authorization"];
      if (value !== undefined) applied.set(context, { value, atMs: clock.now() });
    },
    async renew(request, copy) {
      const known = applied.get(request);
      // Somebody else's authorization, put on by a middleware, is left alone.
      if (known === undefined || copy.getHeaders()["Authorization"] !== known.value) return;
      if (clock.now() - known.atMs > FRESH_MS) await apply(copy);
    },
  };
}

/** What a credential plugin printed is quoted by the parser that cannot read it, and it may be most of a token. */
function unreadable(error: SyntaxError): SyntaxError {
  const said = "The credential plugin of the kubeconfig did not print JSON";
  error.message = said;
  error.stack = `${error.name}: ${said}`;
  return error;
}
