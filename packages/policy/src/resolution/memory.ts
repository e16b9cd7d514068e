import type { Identity } from "../policies/policy.js";
import { IdentityTree } from "./identity-tree.js";

/** Longer identities are not worth remembering, and somebody may send many. */
const LONGEST = 2048;

/**
 * A bounded memory, by topic and identity, of what was used lately: two generations, of which the older is dropped when the younger is full. What is
 * used again moves into the younger one, so nothing has to be kept in order.
 */
export class Memory<Value> {
  readonly #most: number;
  #young = new IdentityTree<Value>();
  #old = new IdentityTree<Value>();

  /** @param most - values in each generation. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Values held; one that moved counts twice until the older generation goes. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(topic: string, identity: Identity): Value | undefined {
    const value = this.#young.get(topic, identity);
    if (value !== undefined) return value;
    const older = this.#old.get(topic, identity);
    if (older !== undefined) this.#put(topic, identity, older);
    return older;
  }

  set(topic: string, identity: Identity, value: Value): void {
    if (lengthOf(identity) <= LONGEST) this.#put(topic, identity, value);
  }

  clear(): void {
    this.#young = new IdentityTree();
    this.#old = new IdentityTree();
  }

  #put(topic: string, identity: Identity, value: Value): void {
    if (this.#young.size >= this.#most) {
      this.#old = this.#young;
      this.#young = new IdentityTree();
    }
    this.#young.set(topic, identity, value);
  }
}

/** Each role has a node of its own, so an empty one counts too. */
function lengthOf({ endpoint, user, roles, tenant, ip, apiKey }: Identity): number {
  const length = [endpoint, user, tenant, ip, apiKey].reduce((sum, text) => sum + (text?.length ?? 0), 0);
  return (roles ?? []).reduce((sum, role) => sum + (role?.length ?? 0) + 16, length);
}
