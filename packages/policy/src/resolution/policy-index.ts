import { scopes, type Scope } from "../policies/policy.js";
import { EndpointIndex } from "./endpoint-index.js";
import type { Facts } from "./facts.js";
import { NetworkIndex } from "./network-index.js";
import { TextIndex } from "./text-index.js";

/** Is told what was found, how narrowly, and by which role. */
export type SeeByRole<Item> = (item: Item, specificity: number, role?: string) => void;

/** Finds what belongs to an identity by scopes and values. A miss is cheap: nothing is tried one after another but patterns that begin alike. */
export class PolicyIndex<Item> {
  readonly #everybody = new Map<Scope, Item[]>(scopes.map((scope) => [scope, []]));
  readonly #endpoints = new EndpointIndex<Item>();
  readonly #networks = new NetworkIndex<Item>();
  readonly #texts = {
    user: new TextIndex<Item>(),
    role: new TextIndex<Item>(),
    tenant: new TextIndex<Item>(),
    apiKey: new TextIndex<Item>(),
  };

  /** @param values - undefined for everybody who has the scope. */
  add(scope: Scope, values: readonly string[] | undefined, item: Item): void {
    if (values === undefined || scope === "global") this.#everybody.get(scope)?.push(item);
    else for (const value of values) this.#indexOf(scope).add(value, item);
  }

  visit(facts: Facts, see: SeeByRole<Item>): void {
    const { endpoint, user, roles, tenant, ip, apiKey } = facts;
    const everybody = (scope: Scope, role?: string): void => {
      for (const item of this.#everybody.get(scope) ?? []) see(item, 0, role);
    };
    everybody("global");
    if (endpoint !== undefined) {
      everybody("endpoint");
      this.#endpoints.visit(endpoint, see);
    }
    if (user !== undefined) {
      everybody("user");
      this.#texts.user.visit(user, see);
    }
    for (const role of roles) {
      everybody("role", role);
      this.#texts.role.visit(role, (item, specificity) => see(item, specificity, role));
    }
    if (tenant !== undefined) {
      everybody("tenant");
      this.#texts.tenant.visit(tenant, see);
    }
    if (ip !== undefined) {
      everybody("ip");
      this.#networks.visit(ip.network, see);
    }
    if (apiKey !== undefined) {
      everybody("apiKey");
      // A beginning is known of the key itself, a whole key by its digest alone.
      this.#texts.apiKey.visit(apiKey.plain, see, apiKey.digest);
    }
  }

  #indexOf(scope: Exclude<Scope, "global">): { add(value: string, item: Item): void } {
    if (scope === "endpoint") return this.#endpoints;
    return scope === "ip" ? this.#networks : this.#texts[scope];
  }
}
