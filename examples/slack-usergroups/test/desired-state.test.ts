import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { DesiredStateError, parseDesiredState } from "../src/desired-state.js";

function problemsOf(text: string): readonly string[] {
  try {
    parseDesiredState(text, "groups.yaml");
  } catch (error) {
    if (error instanceof DesiredStateError) return error.problems;
    throw error;
  }
  throw new Error("the file was taken");
}

describe("the desired state", () => {
  it("is read from YAML, with what is left out left out", () => {
    const text = [
      "usergroups:",
      "  - handle: backend",
      "    name: Back end",
      "    users: [ben@acme.example, U0123456]",
      "  - handle: old",
      "    name: Old",
      "    description: ''",
      "    channels: [C0123456]",
      "    disabled: true",
    ].join("\n");
    expect(parseDesiredState(text, "groups.yaml")).toEqual([
      {
        handle: "backend",
        name: "Back end",
        users: ["ben@acme.example", "U0123456"],
        disabled: false,
        place: "groups.yaml:2: usergroups[0]",
      },
      {
        handle: "old",
        name: "Old",
        description: "",
        channels: ["C0123456"],
        users: [],
        disabled: true,
        place: "groups.yaml:5: usergroups[1]",
      },
    ]);
  });

  it("of the example file is sound", async () => {
    const text = await readFile(new URL("../desired.example.yaml", import.meta.url), "utf8");
    expect(parseDesiredState(text, "desired.example.yaml")).toHaveLength(4);
  });

  it("may be empty on purpose", () => {
    expect(parseDesiredState("usergroups: []", "groups.yaml")).toEqual([]);
  });
});

describe("a file that is wrong", () => {
  const group = "usergroups:\n  - handle: a\n    name: A\n";
  it.each([
    [
      "no YAML at all",
      "usergroups:\n  - handle: [",
      "groups.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    ["a field twice", "usergroups: []\nusergroups: []", "groups.yaml:2: Map keys must be unique"],
    ["nothing", "", "groups.yaml:1: the file must be a mapping with the fields usergroups, got null"],
    ["no list", "usergroups: backend", 'groups.yaml:1: usergroups must be a list, got "backend"'],
    ["no groups", "{}", "groups.yaml:1: usergroups is missing; it must be a list"],
    [
      "a misspelt root",
      "usergroups: []\nusergroup: []",
      "groups.yaml:2: usergroup is not a known field; known are usergroups",
    ],
    [
      "a group that is none",
      "usergroups:\n  - backend",
      'groups.yaml:2: usergroups[0] must be a mapping with the fields handle, name, description, channels, users, disabled, got "backend"',
    ],
    [
      "an unknown field",
      `${group}    users: [a@b.c]\n    member: []`,
      "groups.yaml:5: usergroups[0].member is not a known field; known are handle, name, description, channels, users, disabled",
    ],
    [
      "no handle",
      "usergroups:\n  - name: A\n    users: [a@b.c]",
      "groups.yaml:2: usergroups[0].handle is missing; it must be a handle in small letters, without @ and spaces",
    ],
    [
      "a handle with @",
      "usergroups:\n  - handle: '@a'\n    name: A\n    users: [a@b.c]",
      'groups.yaml:2: usergroups[0].handle must be a handle in small letters, without @ and spaces, got "@a"',
    ],
    [
      "a name that is a number",
      "usergroups:\n  - handle: a\n    name: 7\n    users: [a@b.c]",
      "groups.yaml:3: usergroups[0].name must be a text that is not empty, got 7",
    ],
    [
      "no users",
      group,
      "groups.yaml:2: usergroups[0].users must name at least one user, since Slack keeps no empty group; disabled: true switches it off",
    ],
    [
      "a user by name",
      `${group}    users:\n      - a@b.c\n      - bob`,
      'groups.yaml:6: usergroups[0].users[1] must be an email address or the id of a user, like U0123456789, got "bob"',
    ],
    [
      "a user twice",
      `${group}    users: [a@b.c, a@b.c]`,
      'groups.yaml:4: usergroups[0].users[1] repeats "a@b.c" of line 4',
    ],
    [
      "a channel by name",
      `${group}    users: [a@b.c]\n    channels: ['#general']`,
      'groups.yaml:5: usergroups[0].channels[0] must be the id of a channel, like C0123456789, got "#general"',
    ],
    [
      "a flag in words",
      `${group}    users: [a@b.c]\n    disabled: maybe`,
      'groups.yaml:5: usergroups[0].disabled must be true or false, got "maybe"',
    ],
    [
      "a description that is a list",
      `${group}    users: [a@b.c]\n    description: []`,
      "groups.yaml:5: usergroups[0].description must be a text, got a list",
    ],
    [
      "a handle twice",
      `${group}    users: [a@b.c]\n  - handle: a\n    name: B\n    users: [a@b.c]`,
      'groups.yaml:5: usergroups[1].handle repeats "a" of line 2',
    ],
    [
      "a name twice",
      `${group}    users: [a@b.c]\n  - handle: b\n    name: A\n    users: [a@b.c]`,
      'groups.yaml:6: usergroups[1].name repeats "A" of line 3',
    ],
  ])("is refused, naming line and field: %s", (_, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it("has all its problems told at once", () => {
    expect(problemsOf("usergroups:\n  - handle: A B\n  - 7\nextra: 1")).toHaveLength(5);
  });
});
