import { type Clock, warnOnce } from "@sluice/core";
import type { Control } from "../control/control.js";
import { checkPolicies } from "../policies/check-policies.js";
import { exportPolicies, importPolicies } from "../policies/exchange.js";
import { type Identity, type NormalPolicy, type Policy, scopes } from "../policies/policy.js";
import { sealPolicy } from "../policies/seal-policy.js";
import { createResolver } from "../resolution/create-resolver.js";
import type { Resolution } from "../resolution/resolution.js";
import type { ListedPolicy, Policies, Why } from "./engine.js";

/** What the policies in use are made of. */
export interface PoliciesOptions {
  readonly control: Control;
  readonly author: string;
  /** Those of the code, and as they were written. */
  readonly own: readonly NormalPolicy[];
  readonly written: readonly Policy[];
  readonly cacheMs: number;
  readonly clock: Clock;
}

/** The policies in use, and what applies to whom. */
export interface LivePolicies extends Policies {
  resolve(identity: Identity, only?: string | readonly string[]): Resolution;
  /** Those in use, complete. */
  inUse(): readonly NormalPolicy[];
}

const head = "policy/";
/** Stands where a policy of the code was taken out. */
const REMOVED = "removed";

/** Policies of the code, and over them those that were stored while running. */
export function createPolicies({
  control,
  author,
  own,
  written: asWritten,
  cacheMs,
  clock,
}: PoliciesOptions): LivePolicies {
  const ofTheCode = own.map((policy, index): Sourced => ({
    policy,
    written: sealPolicy(asWritten[index] as Policy),
    source: "code",
  }));
  let merged: ReadonlyMap<string, string> = new Map();
  let listed: readonly Sourced[] = ofTheCode;
  const resolver = createResolver(own, { cacheMs, clock });
  const warn = warnOnce("SLUICE_POLICY");

  /** What applied is forgotten when a policy has changed, and only then. */
  const current = (): typeof resolver => {
    if (merged === control.records) return resolver;
    merged = control.records;
    const now = merge(ofTheCode, merged, listed, warn);
    if (!sameSet(now, listed)) resolver.replace(now.map(({ policy }) => policy));
    listed = now;
    return resolver;
  };
  const fresh = async (): Promise<readonly Sourced[]> => {
    await control.refresh();
    current();
    return listed;
  };
  const entryOf = (action: string, subject: string, why: Partial<Why>, detail?: object): Entry => ({
    action,
    subject,
    author: why.author ?? author,
    ...(why.reason === undefined ? {} : { reason: why.reason }),
    ...(detail === undefined ? {} : { detail: JSON.parse(JSON.stringify(detail)) as Entry["detail"] & object }),
  });

  return {
    resolve: (identity, only) => current().resolve(identity, only),
    inUse() {
      current();
      return listed.map(({ policy }) => policy);
    },
    async add(policies, why = {}) {
      // A copy, which nobody changes between the check and the writing.
      const added = importPolicies({ version: 1, policies: [policies].flat() as Policy[] }).map(sealPolicy);
      const names = added.map(({ name }) => name);
      await control.change({
        records: Object.fromEntries(added.map((policy) => [head + policy.name, JSON.stringify(policy)])),
        entry: entryOf("policy.add", subjectOf(names), why, added.length === 1 ? { policy: added[0] } : { names }),
      });
    },
    async remove(name, why = {}) {
      const known = (await fresh()).find(({ policy }) => policy.name === name);
      if (known === undefined) return false;
      const inTheCode = own.some((policy) => policy.name === name);
      await control.change({
        records: { [head + name]: inTheCode ? REMOVED : undefined },
        entry: entryOf("policy.remove", name, why),
      });
      return true;
    },
    list: async () => (await fresh()).map(show).toSorted(byPrecedence),
    async get(name) {
      const known = (await fresh()).find(({ policy }) => policy.name === name);
      return known === undefined ? undefined : show(known);
    },
    async import(text, why = {}) {
      const policies = importPolicies(text);
      await fresh();
      const gone = [...control.records.keys()].filter((name) => name.startsWith(head));
      const names = policies.map(({ name }) => name);
      const without = own.filter(({ name }) => !names.includes(name));
      await control.change({
        records: Object.fromEntries([
          ...gone.map((name) => [name, undefined]),
          ...without.map(({ name }) => [head + name, REMOVED]),
          ...policies.map((policy) => [head + policy.name, JSON.stringify(sealPolicy(policy))]),
        ]),
        entry: entryOf("policy.import", subjectOf(names), why, { count: policies.length }),
        ifVersion: control.version,
      });
    },
    export: async () => exportPolicies((await fresh()).map(({ written }) => written)),
  };
}

type Entry = Parameters<Control["change"]>[0]["entry"];

interface Sourced {
  readonly policy: NormalPolicy;
  readonly written: Policy;
  readonly source: ListedPolicy["source"];
}

/**
 * @param before - those in use until now: where a record cannot be read, the one before it holds on, or that of the code. None would be no limit.
 */
function merge(
  own: readonly Sourced[],
  records: ReadonlyMap<string, string>,
  before: readonly Sourced[],
  warn: (what: string, error: unknown) => void,
): readonly Sourced[] {
  const byName = new Map(own.map((one) => [one.policy.name, one]));
  for (const [key, record] of records) {
    if (!key.startsWith(head)) continue;
    const name = key.slice(head.length);
    if (record === REMOVED) {
      byName.delete(name);
      continue;
    }
    const read = readStored(record);
    const unread = read instanceof Error;
    if (unread) warn(`The stored policy ${name} cannot be read, and what held before it holds on`, read);
    const stands = unread ? before.find(({ policy }) => policy.name === name) : read;
    if (stands !== undefined) byName.set(name, stands);
  }
  return [...byName.values()];
}

// A record is checked once, and the same policy comes of the same text: what is remembered of it stays.
const known = new Map<string, Sourced | Error>();
const MOST_KNOWN = 20_000;

/** An error for what this version cannot read: one bad record shall not take the others with it. */
function readStored(record: string): Sourced | Error {
  const before = known.get(record);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const read = readAnew(record);
  known.set(record, read);
  return read;
}

function readAnew(record: string): Sourced | Error {
  try {
    const written = JSON.parse(record) as Policy;
    const [policy] = checkPolicies([written]);
    return policy === undefined ? new Error("it is empty") : { policy, written, source: "stored" };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function sameSet(one: readonly Sourced[], other: readonly Sourced[]): boolean {
  return one.length === other.length && one.every(({ policy }, index) => policy === other[index]?.policy);
}

function show({ written, source }: Sourced): ListedPolicy {
  return { ...written, source };
}

function subjectOf(names: readonly string[]): string {
  const text = names.join(", ");
  return text.length <= 500 ? text || "none" : `${names.length} policies`;
}

function byPrecedence(a: ListedPolicy, b: ListedPolicy): number {
  const scope = scopes.indexOf(a.scope) - scopes.indexOf(b.scope);
  return scope || (b.priority ?? 0) - (a.priority ?? 0) || (a.name < b.name ? -1 : 1);
}
