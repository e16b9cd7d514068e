import { currentLogicalCall, inContext, type LogicalCall } from "./logical-call.js";

type Fetch = typeof globalThis.fetch;

/** What stands in the global `fetch`'s place, by a mark that other copies of this package know too. */
const mark = Symbol.for("@sluice/keycloak/fetch");

interface Stand {
  /** What stood there before. */
  readonly before: PropertyDescriptor;
  /** Whether calls of its client are on their way. */
  active: boolean;
}

type Marked = Fetch & { readonly [mark]?: Stand };

let users = 0;
let stand: { readonly state: Stand; readonly ours: Fetch } | undefined;

/**
 * Runs the SDK's part of a call. The SDK calls the global `fetch` and takes no other, so while a call is on its way ours stands in
 * its place: it hands the requests of that call to the call's own `fetch`, told by the asynchronous context, and everybody else's
 * to the `fetch` that was there. With the last call it goes away.
 */
export async function withScopedFetch<Result>(logical: LogicalCall, run: () => Promise<Result>): Promise<Result> {
  users += 1;
  try {
    holdFetch();
    return await inContext(logical, run);
  } finally {
    users -= 1;
    if (users === 0) release();
  }
}

/** Makes sure that ours is in place. To be called right before the SDK fetches: meanwhile somebody may have put in their own. */
export function holdFetch(): void {
  if (users === 0) return;
  const there = Object.getOwnPropertyDescriptor(globalThis, "fetch");
  if (there === undefined || (stand !== undefined && there.value === stand.ours)) return;
  const state: Stand = { before: beneath(there), active: true };
  // Named like the one it stands in for.
  const fetch: Fetch = (input, init) => {
    const logical = currentLogicalCall();
    return logical === undefined ? valueOf(beneath(state.before))(input, init) : logical.send(logical, input, init);
  };
  const ours = Object.assign(fetch, { [mark]: state });
  if (stand !== undefined) stand.state.active = false;
  stand = { state, ours };
  Object.defineProperty(globalThis, "fetch", { value: ours, writable: true, enumerable: true, configurable: true });
}

/** Whoever has put in their own meanwhile keeps it; what they saved of ours goes on to pass everything through. */
function release(): void {
  if (stand === undefined) return;
  const { ours, state } = stand;
  state.active = false;
  stand = undefined;
  if (globalThis.fetch === ours) Object.defineProperty(globalThis, "fetch", beneath(state.before));
}

/** What is under those of ours that somebody kept and put back when they were over: they must not pile up. */
function beneath(descriptor: PropertyDescriptor): PropertyDescriptor {
  const state = (descriptor.value as Marked | undefined)?.[mark];
  return state === undefined || state.active ? descriptor : beneath(state.before);
}

function valueOf({ get, value }: PropertyDescriptor): Fetch {
  return (get === undefined ? value : get.call(globalThis)) as Fetch;
}
