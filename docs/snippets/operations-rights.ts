// #region rights
import { redisRights } from "@sluice/limiter-redis";

/** The line for `ACL SETUSER` of each kind of user. */
export function usersOf(prefix: string): Readonly<Record<"limits" | "policies" | "operator", string>> {
  const line = (name: string, rights: readonly string[]): string =>
    `ACL SETUSER ${name} reset on >${name}-password resetchannels -@all ${rights.join(" ")}`;
  return {
    limits: line("limits", redisRights({ prefix })), // clients of providers, breakers, locks
    policies: line("policies", redisRights({ prefix, control: true })), // and a policy engine
    operator: line("operator", redisRights({ prefix, control: true, fleet: true })), // and the command line
  };
}
// #endregion
