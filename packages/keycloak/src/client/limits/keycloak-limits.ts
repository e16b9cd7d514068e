import { type Call, type Caller, createCall, currentContext } from "@sluice/core";
import {
  type ChargeNotes,
  type Environment,
  findName,
  setBy,
  type SetBy,
  sourceOf,
  type VendorLimits,
} from "@sluice/kit";
import type { Charge } from "@sluice/limiter";
import { knownOperations, other, verbOf } from "../../operations/operation.js";
import type { ClientRate } from "../../quota/client-rate.js";
import { asOf, globalRate, keycloakSources, namespaceRate, serverLimit } from "../../quota/generated/figures.js";
import type { KeycloakQuotaOptions } from "../../quota/options.js";

/** How the rates are set. */
export interface KeycloakLimitsOptions {
  readonly quota: KeycloakQuotaOptions;
  readonly env: Environment;
}

/** The methods of the SDK's resources, `users.find` and so on; on whose behalf they are called says the client, else the context. */
export function keycloakRequests(
  account: string,
  caller: Caller | undefined,
): Pick<VendorLimits, "account" | "operations" | "requests"> {
  const operations = knownOperations.filter((name) => name !== other);
  return {
    account,
    operations,
    requests(operation, args) {
      const name = findName(operation, operations);
      if (name === undefined) return undefined;
      const whose: Caller = { namespace: "{namespace}", ...currentContext().caller, ...caller };
      const call: Call = createCall({
        provider: "keycloak",
        account,
        operation: name,
        verb: verbOf(name),
        caller: whose,
        args,
      });
      return [call];
    },
  };
}

/** Keycloak's rates as users ask about them. */
export function keycloakLimits(
  account: string,
  caller: Caller | undefined,
  { quota, env }: KeycloakLimitsOptions,
): VendorLimits {
  return { ...keycloakRequests(account, caller), describe: (charge) => describe(charge, quota, env) };
}

function describe({ bucket }: Charge, quota: KeycloakQuotaOptions, env: Environment): ChargeNotes {
  const level = bucket === "global" ? "global" : "namespace";
  const rate = level === "global" ? globalRate : namespaceRate;
  return { ...rateNotes(rate), setBy: setFor(level, quota, env) };
}

function rateNotes({ refillRate, burst, scope, source }: ClientRate): ChargeNotes {
  return {
    scope,
    published: `${refillRate} per second with a burst of ${burst}, kept by the client`,
    source: sourceOf(keycloakSources, source, asOf),
    note: `The server itself has no limit: ${sourceOf(keycloakSources, serverLimit.source, asOf)?.url}`,
  };
}

function setFor(level: "global" | "namespace", quota: KeycloakQuotaOptions, env: Environment): SetBy | undefined {
  const prefix = `KEYCLOAK_API_${level.toUpperCase()}`;
  const own = quota[level];
  return (
    setBy(`quota.${level}.refillRate`, own?.refillRate, [`${prefix}_RATE_LIMIT_TPS`], env) ??
    setBy(`quota.${level}.burst`, own?.burst, [`${prefix}_RATE_LIMIT_BURST`, `${prefix}_BURST`], env)
  );
}
