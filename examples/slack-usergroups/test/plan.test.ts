import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../src/action.js";
import type { WantedGroup } from "../src/members.js";
import { makePlan } from "../src/plan.js";
import type { CurrentGroup } from "../src/workspace.js";

function has(handle: string, more: Partial<CurrentGroup> = {}): CurrentGroup {
  return {
    id: `S-${handle}`,
    handle,
    name: handle.toUpperCase(),
    description: "",
    channels: [],
    users: ["U1"],
    enabled: true,
    foreign: false,
    ...more,
  };
}

function wants(handle: string, more: Partial<WantedGroup> = {}): WantedGroup {
  return { handle, name: handle.toUpperCase(), users: ["U1"], disabled: false, place: `file:1: ${handle}`, ...more };
}

function kinds(actions: readonly Action[]): string[] {
  return actions.map(({ kind, group }) => `${kind} ${group.handle}`);
}

describe("a plan", () => {
  it("is empty when everything is as wanted, in whatever order members and channels come", () => {
    const current = [has("a", { users: ["U1", "U2"], channels: ["C1", "C2"], description: "left alone" })];
    const { actions } = makePlan(current, [wants("a", { users: ["U2", "U1"], channels: ["C2", "C1"] })]);
    expect(actions).toEqual([]);
  });

  it("creates what is missing, but not what would be disabled", () => {
    expect(makePlan([], [wants("a"), wants("b", { disabled: true })]).actions).toEqual([
      { kind: "create", group: wants("a") },
    ]);
  });

  it("changes a name, and only what differs", () => {
    const group = has("a", { description: "before" });
    const plan = makePlan([group], [wants("a", { name: "New", description: "after" })]);
    expect(plan.actions).toEqual([{ kind: "update", group, changes: { name: "New", description: "after" } }]);
  });

  it("knows a group again by its name when its handle is to change", () => {
    const group = has("a");
    const plan = makePlan([group], [wants("b", { name: "A" })]);
    expect(plan.actions).toEqual([{ kind: "update", group, changes: { handle: "b" } }]);
  });

  it("enables a disabled group before it changes or fills it", () => {
    const group = has("a", { enabled: false });
    const plan = makePlan([group], [wants("a", { name: "New", users: ["U2"] })]);
    expect(kinds(plan.actions)).toEqual(["enable a", "update a", "fill a"]);
  });

  it("disables what the file says, and the rest only to prune", () => {
    const current = [has("a"), has("b"), has("c", { enabled: false })];
    const wanted = [wants("a", { disabled: true })];
    expect(kinds(makePlan(current, wanted).actions)).toEqual(["disable a"]);
    expect(kinds(makePlan(current, wanted, { prune: true }).actions)).toEqual(["disable a", "disable b"]);
  });

  it("never touches groups that are managed elsewhere", () => {
    const current = [has("a", { foreign: true }), has("b", { foreign: true })];
    expect(makePlan(current, [], { prune: true })).toEqual({ actions: [], problems: [] });
    expect(makePlan(current, [wants("a", { name: "New" })]).problems).toEqual([
      "file:1: a: @a is managed outside this workspace",
    ]);
  });

  it("gives a name only when it is free", () => {
    const plan = makePlan([has("a"), has("b")], [wants("a", { name: "B" }), wants("b", { name: "C" })]);
    expect(kinds(plan.actions)).toEqual(["update b", "update a"]);
  });

  it("parks one group for a while when two swap names", () => {
    const plan = makePlan([has("a"), has("b")], [wants("a", { name: "B" }), wants("b", { name: "A" })]);
    expect(plan.actions.map((action) => action.kind === "update" && [action.group.handle, action.changes])).toEqual([
      ["a", { name: "renaming S-a" }],
      ["b", { name: "A" }],
      ["a", { name: "B" }],
    ]);
  });

  it("comes to an end even where two groups have one name, which Slack does not allow", () => {
    const current = [has("a"), has("b", { name: "X" }), has("c", { name: "X" })];
    const { actions } = makePlan(current, [
      wants("a", { name: "X" }),
      wants("c", { name: "A" }),
      wants("b", { name: "X2" }),
    ]);
    expect(actions.length).toBeGreaterThan(0);
    expect(makePlan(current, [wants("a", { name: "X" }), wants("c", { name: "Z" })]).actions.length).toBeGreaterThan(0);
  });

  it("says so when a name belongs to a group that the file leaves alone", () => {
    expect(makePlan([has("a"), has("b")], [wants("a", { name: "B" })])).toEqual({
      actions: [],
      problems: ['file:1: a: the name "B" belongs to @b, which is not renamed'],
    });
  });
});

/** A workspace that refuses what Slack refuses. */
function simulate(groups: readonly CurrentGroup[]) {
  let state = [...groups];
  const put = (changed: CurrentGroup): void => {
    if (state.some(({ id, name }) => id !== changed.id && name === changed.name))
      throw new Error("name_already_exists");
    if (state.some(({ id, handle }) => id !== changed.id && handle === changed.handle))
      throw new Error("handle_already_exists");
    state = [...state.filter(({ id }) => id !== changed.id), changed];
  };
  const now = (id: string): CurrentGroup => state.find((group) => group.id === id)!;
  return {
    state: () => state,
    take(action: Action, half = false): void {
      switch (action.kind) {
        case "create": {
          const { handle, name, description = "", channels = [], users } = action.group;
          return put(has(handle, { id: `new-${handle}`, name, description, channels, users: half ? [] : users }));
        }
        case "enable":
        case "disable":
          expect(now(action.group.id).enabled).toBe(action.kind === "disable");
          return put({ ...now(action.group.id), enabled: action.kind === "enable" });
        case "update":
          return put({ ...now(action.group.id), ...action.changes });
        case "fill":
          return put({ ...now(action.group.id), users: action.users });
      }
    },
  };
}

function expectAsWanted(state: readonly CurrentGroup[], wanted: readonly WantedGroup[]): void {
  for (const { handle, disabled, name, description, channels, users } of wanted) {
    const found = state.find((group) => group.handle === handle);
    if (disabled) {
      expect(found?.enabled ?? false).toBe(false);
      continue;
    }
    expect(found).toMatchObject({ name, enabled: true });
    expect(new Set(found?.users)).toEqual(new Set(users));
    if (description !== undefined) expect(found?.description).toBe(description);
    if (channels !== undefined) expect(new Set(found?.channels)).toEqual(new Set(channels));
  }
}

const handles = ["a", "b", "c", "d", "e"];
const names = ["A", "B", "C", "D", "E"];
const someUsers = fc.subarray(["U1", "U2", "U3"], { minLength: 1 });
const someChannels = fc.subarray(["C1", "C2"]);
const description = fc.constantFrom("", "one", "two");

/** Pairs of a handle and a name, both unique. */
const identities = fc
  .tuple(fc.shuffledSubarray(handles), fc.shuffledSubarray(names))
  .map(([some, others]) => some.slice(0, others.length).map((handle, index) => ({ handle, name: others[index]! })));

const currentGroups = identities.chain((all) =>
  fc.tuple(
    ...all.map((identity) =>
      fc
        .record({ users: someUsers, channels: someChannels, description, enabled: fc.boolean() })
        .map((rest) => has(identity.handle, { ...identity, ...rest })),
    ),
  ),
);
const wantedGroups = identities.chain((all) =>
  fc.tuple(
    ...all.map((identity) =>
      fc
        .record(
          { users: someUsers, channels: someChannels, description, disabled: fc.boolean() },
          { requiredKeys: ["users", "disabled"] },
        )
        .map((rest) => wants(identity.handle, { ...identity, ...rest })),
    ),
  ),
);

describe("any plan", () => {
  it("taken to its end gives what is wanted, and the next plan is empty", () => {
    fc.assert(
      fc.property(currentGroups, wantedGroups, fc.boolean(), (current, wanted, prune) => {
        const plan = makePlan(current, wanted, { prune });
        fc.pre(plan.problems.length === 0);
        const workspace = simulate(current);
        for (const action of plan.actions) workspace.take(action);
        expectAsWanted(workspace.state(), wanted);
        expect(makePlan(workspace.state(), wanted, { prune })).toEqual({ actions: [], problems: [] });
        const enabled = workspace.state().filter((group) => group.enabled).length;
        if (prune) expect(enabled).toBe(wanted.filter(({ disabled }) => !disabled).length);
      }),
      { numRuns: 3000 },
    );
  });

  it("broken off anywhere is finished by the next one", () => {
    fc.assert(
      fc.property(currentGroups, wantedGroups, fc.nat(), fc.boolean(), (current, wanted, end, half) => {
        const plan = makePlan(current, wanted);
        fc.pre(plan.problems.length === 0 && plan.actions.length > 0);
        const workspace = simulate(current);
        const taken = plan.actions.slice(0, 1 + (end % plan.actions.length));
        taken.forEach((action, index) => workspace.take(action, half && index === taken.length - 1));
        for (const action of makePlan(workspace.state(), wanted).actions) workspace.take(action);
        expectAsWanted(workspace.state(), wanted);
        expect(makePlan(workspace.state(), wanted).actions).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
});
