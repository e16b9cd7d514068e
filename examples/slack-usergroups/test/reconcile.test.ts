import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { SlackClient } from "../src/workspace.js";
import { bench } from "./workspace-bench.js";

const example = await readFile(new URL("../desired.example.yaml", import.meta.url), "utf8");

const plan = `
┌─────────┬───────────┬────────────────────────────────────────────────────┐
│ Action  │ Group     │ Details                                            │
├─────────┼───────────┼────────────────────────────────────────────────────┤
│ rename  │ @frontend │ name "Front end" -> "Front end and design"         │
├─────────┼───────────┼────────────────────────────────────────────────────┤
│ create  │ @backend  │ "Back end" with ben@acme.example cleo@acme.example │
├─────────┼───────────┼────────────────────────────────────────────────────┤
│ create  │ @on-call  │ "On call" with ben@acme.example eve@acme.example   │
├─────────┼───────────┼────────────────────────────────────────────────────┤
│ fill    │ @frontend │ +dan@acme.example -finn@acme.example               │
├─────────┼───────────┼────────────────────────────────────────────────────┤
│ disable │ @interns  │ "Interns"                                          │
└─────────┴───────────┴────────────────────────────────────────────────────┘
`.trim();

const result = `
┌─────────┬───────────┬────────┐
│ Action  │ Group     │ Result │
├─────────┼───────────┼────────┤
│ rename  │ @frontend │ done   │
├─────────┼───────────┼────────┤
│ create  │ @backend  │ done   │
├─────────┼───────────┼────────┤
│ create  │ @on-call  │ done   │
├─────────┼───────────┼────────┤
│ fill    │ @frontend │ done   │
├─────────┼───────────┼────────┤
│ disable │ @interns  │ done   │
└─────────┴───────────┴────────┘
5 done
`.trim();

describe("a run", () => {
  it("prints the plan, one line for each action on the way, and the result", async () => {
    const { run } = await bench();
    expect(await run(example)).toEqual({
      code: 0,
      printed: `${plan}\n${result}`,
      notes: [
        "Reading acme at the simulator",
        "[1/5] rename @frontend",
        "[2/5] create @backend",
        "[3/5] create @on-call",
        "[4/5] fill @frontend",
        "[5/5] disable @interns",
      ],
    });
  });

  it("leaves the workspace as the file says", async () => {
    const { run, group, simulator } = await bench();
    await run(example);
    const ids = new Map([...simulator.state.workspace().users.values()].map(({ name, id }) => [name, id]));
    expect(group("backend")).toMatchObject({
      name: "Back end",
      description: "Ask here about the API",
      channels: ["C0000001"],
      users: [ids.get("ben"), ids.get("cleo")],
      deletedSeconds: 0,
    });
    expect(group("frontend")).toMatchObject({ name: "Front end and design", users: [ids.get("ann"), ids.get("dan")] });
    expect(group("interns")?.deletedSeconds).toBeGreaterThan(0);
    expect(group("old-project")?.deletedSeconds).toBe(0);
  });

  it("changes nothing as a dry run, and prints the same plan", async () => {
    const { run, writes } = await bench();
    expect(await run(example, { dryRun: true })).toEqual({
      code: 0,
      printed: plan,
      notes: ["Reading acme at the simulator"],
    });
    expect(writes()).toEqual([]);
  });

  it("has nothing to do the second time", async () => {
    const { run, writes } = await bench();
    await run(example);
    const before = writes().length;
    expect(await run(example)).toMatchObject({ code: 0, printed: "Nothing to do: the workspace is as the file says." });
    expect(writes()).toHaveLength(before);
  });

  it("keeps the id of a group whose name or handle changes", async () => {
    const { run, group } = await bench();
    const before = group("frontend")?.id;
    await run("usergroups: [{ handle: frontend, name: Web, users: [ann@acme.example] }]");
    await run("usergroups: [{ handle: web, name: Web, users: [ann@acme.example] }]");
    expect(group("web")).toMatchObject({ id: before, name: "Web" });
    expect(group("frontend")).toBeUndefined();
  });

  it("disables what the file does not name only to prune, and enables it again when it does", async () => {
    const { run, group, writes } = await bench();
    await run("usergroups: []");
    expect(writes()).toEqual([]);
    await run("usergroups: []", { prune: true });
    expect(writes()).toEqual(["usergroups.disable", "usergroups.disable", "usergroups.disable"]);
    await run("usergroups: [{ handle: interns, name: Interns, users: [dan@acme.example] }]");
    expect(group("interns")?.deletedSeconds).toBe(0);
    expect(writes().at(-1)).toBe("usergroups.enable");
  });

  it("takes members by id and by address in any case", async () => {
    const { run, group, simulator } = await bench();
    const [ann] = simulator.state.workspace().users.values();
    await run(`usergroups: [{ handle: a, name: A, users: [${ann?.id}, BEN@acme.example] }]`);
    expect(group("a")?.users).toHaveLength(2);
  });

  it("finds members on every page of a large workspace", async () => {
    const { run, group } = await bench({ users: 450, usergroups: [] });
    await run("usergroups: [{ handle: a, name: A, users: [user1@acme.example, user450@acme.example] }]");
    expect(group("a")?.users).toHaveLength(2);
  });

  it("prints one JSON document when asked to", async () => {
    const { run } = await bench();
    const yaml = "usergroups: [{ handle: interns, name: Interns, disabled: true }]";
    const row = { action: "disable", handle: "interns", id: "S0000002", details: '"Interns"' };
    expect(JSON.parse((await run(yaml, { json: true, dryRun: true })).printed)).toEqual({
      problems: [],
      plan: [row],
      result: null,
    });
    expect(JSON.parse((await run(yaml, { json: true })).printed)).toEqual({
      problems: [],
      plan: [row],
      result: [{ ...row, status: "done" }],
    });
  });

  it("shows what Slack refuses, leaves out what follows for that group, and goes on with the others", async () => {
    const { run, group } = await bench();
    const yaml = [
      "usergroups:",
      "  - { handle: frontend, name: Web, channels: [C9999999], users: [ben@acme.example] }",
      "  - { handle: other, name: Other, users: [ben@acme.example] }",
    ].join("\n");
    const { code, printed } = await run(yaml);
    expect(code).toBe(1);
    expect(printed).toContain("│ rename │ @frontend │ failed: An API error occurred: invalid_channel_provided │");
    expect(printed).toContain("│ fill   │ @frontend │ skipped ");
    expect(printed).toMatch(/1 done, 1 failed, 1 skipped$/);
    expect(group("other")?.users).toHaveLength(1);
  });
});

describe("a run that cannot begin", () => {
  it("names line and field of bad YAML and calls nobody", async () => {
    const { run, simulator } = await bench();
    expect(await run("usergroups:\n  - handle: Back End\n    name: A\n    users: [a@b.c]")).toEqual({
      code: 1,
      printed: "",
      notes: [
        'groups.yaml:2: usergroups[0].handle must be a handle in small letters, without @ and spaces, got "Back End"',
        "Nothing was changed.",
      ],
    });
    expect(simulator.ledger.count()).toBe(0);
  });

  it("reports every user who is not there, and guesses none", async () => {
    const { run, writes } = await bench();
    const yaml = "usergroups:\n  - { handle: a, name: A, users: [an@acme.example, U7777777] }";
    expect(await run(yaml)).toEqual({
      code: 1,
      printed: "",
      notes: [
        "Reading acme at the simulator",
        "groups.yaml:2: usergroups[0]: an@acme.example is not in the workspace",
        "groups.yaml:2: usergroups[0]: U7777777 is not in the workspace",
        "Nothing was changed.",
      ],
    });
    expect(writes()).toEqual([]);
  });

  it("says what is wrong with the file or the connection", async () => {
    const { run, simulator } = await bench();
    expect(await run(example, { file: "missing.yaml" })).toMatchObject({
      code: 1,
      notes: [expect.stringContaining("ENOENT")],
    });
    simulator.failNext({ status: 200, body: { ok: false, error: "invalid_auth" } });
    expect(await run(example)).toMatchObject({
      code: 1,
      notes: ["Reading acme at the simulator", "An API error occurred: invalid_auth"],
    });
  });
});

describe("a run that ends in the middle", () => {
  /** A client that lets some writes through and then never answers again, before or after Slack acted. */
  function dying(slack: SlackClient, writesLeft: number, acts: boolean, died: () => void): SlackClient {
    let left = writesLeft;
    const doomed =
      <Args extends unknown[], Answer>(write: (...args: Args) => Promise<Answer>) =>
      async (...args: Args): Promise<Answer> => {
        left -= 1;
        if (left >= 0) return write(...args);
        if (acts) await write(...args);
        died();
        return new Promise(() => {});
      };
    const { create, update, enable, disable, users, list } = slack.usergroups;
    return {
      users: slack.users,
      paginate: slack.paginate.bind(slack),
      usergroups: {
        list,
        create: doomed(create),
        update: doomed(update),
        enable: doomed(enable),
        disable: doomed(disable),
        users: { list: users.list, update: doomed(users.update) },
      },
    };
  }

  const cases = [0, 1, 2, 3, 4, 5, 6].flatMap((done) => [false, true].map((acts) => [done, acts] as const));

  it.each(cases)("is finished by running again (%d writes done, the next one took effect: %s)", async (done, acts) => {
    const { run, connect, group, simulator } = await bench({ enforce: false });
    const connection = await connect();
    await new Promise<void>((died) => {
      const slack = dying(connection.slack, done, acts, died);
      void run(example, { prune: true }, async () => ({ ...connection, slack }));
    });
    expect(await run(example, { prune: true })).toMatchObject({ code: 0 });
    expect(await run(example, { prune: true })).toMatchObject({ printed: expect.stringContaining("Nothing to do") });
    expect(simulator.state.workspace().usergroups.size).toBe(5);
    expect([group("backend")?.users.length, group("on-call")?.users.length, group("frontend")?.users.length]).toEqual([
      2, 2, 2,
    ]);
    await connection.close();
  });
});
