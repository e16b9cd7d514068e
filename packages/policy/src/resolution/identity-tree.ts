import type { Identity } from "../policies/policy.js";

/** What is next, by the text of a level. Most nodes have one way on, which needs no map. */
interface Node<Value> {
  text: unknown;
  only: Node<Value> | undefined;
  more: Map<unknown, Node<Value>> | undefined;
  value: Value | undefined;
}

/**
 * Values by topic and identity: a level for each field, then one for each role. Quicker than one text made of all fields, and fields cannot
 * run into each other.
 */
export class IdentityTree<Value> {
  #root = node<Value>();
  #size = 0;

  /** Values held. */
  get size(): number {
    return this.#size;
  }

  get(topic: string, identity: Identity): Value | undefined {
    const { roles } = identity;
    let at = down(this.#root, topic);
    at &&= down(at, identity.user);
    at &&= down(at, identity.ip);
    at &&= down(at, identity.endpoint);
    at &&= down(at, identity.tenant);
    at &&= down(at, identity.apiKey);
    if (roles === undefined || roles === null || at === undefined) return at?.value;
    // A text has parts too, and must not pass for a list of them.
    if (!Array.isArray(roles)) return undefined;
    for (let index = 0; index < roles.length && at !== undefined; index++) at = down(at, roles[index]);
    return at?.value;
  }

  set(topic: string, identity: Identity, value: Value): void {
    const { user, ip, endpoint, tenant, apiKey, roles } = identity;
    let at = this.#root;
    for (const text of [topic, user, ip, endpoint, tenant, apiKey, ...(roles ?? [])]) at = grow(at, text);
    if (at.value === undefined) this.#size += 1;
    at.value = value;
  }
}

function node<Value>(): Node<Value> {
  return { text: undefined, only: undefined, more: undefined, value: undefined };
}

function down<Value>(from: Node<Value>, text: unknown): Node<Value> | undefined {
  if (from.more !== undefined) return from.more.get(text);
  return from.text === text ? from.only : undefined;
}

function grow<Value>(from: Node<Value>, text: unknown): Node<Value> {
  const known = down(from, text);
  if (known !== undefined) return known;
  const made = node<Value>();
  if (from.only === undefined) {
    from.text = text;
    from.only = made;
  } else {
    from.more ??= new Map([[from.text, from.only]]);
    from.more.set(text, made);
  }
  return made;
}
