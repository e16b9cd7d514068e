import { describe, expect, it } from "vitest";
import { bench, errorOf } from "./simulator.test-support.js";

describe("a user group", () => {
  it("lives from creation over changes to being disabled and enabled again", async () => {
    const { client } = await bench();
    const created = await client.usergroups.create({ name: "On Call", channels: "C0000001" });
    expect(created.usergroup).toMatchObject({ id: "S0000001", handle: "on-call", date_delete: 0, users: [] });
    expect(created.usergroup?.prefs?.channels).toEqual(["C0000001"]);

    const updated = await client.usergroups.update({ usergroup: "S0000001", name: "Pager", description: "wakes up" });
    expect(updated.usergroup).toMatchObject({ name: "Pager", handle: "on-call", description: "wakes up" });

    const disabled = await client.usergroups.disable({ usergroup: "S0000001" });
    expect(disabled.usergroup?.date_delete).toBeGreaterThan(0);
    expect((await client.usergroups.list({})).usergroups).toEqual([]);
    expect((await client.usergroups.list({ include_disabled: true })).usergroups).toHaveLength(1);

    await client.usergroups.enable({ usergroup: "S0000001" });
    expect((await client.usergroups.list({})).usergroups).toMatchObject([{ id: "S0000001", date_delete: 0 }]);
  });

  it("has the members it was last given, in whichever form they were sent", async () => {
    const { client, simulator } = await bench({ usergroups: 1 });
    const usergroup = "S0000001";
    await client.usergroups.users.update({ usergroup, users: "U0000001,U0000002" });
    expect((await client.usergroups.users.list({ usergroup })).users).toEqual(["U0000001", "U0000002"]);
    const users = ["U0000003", "U0000003"];
    const changed = await client.usergroups.users.update({ usergroup, users: users as never, include_count: true });
    expect(changed.usergroup).toMatchObject({ users: ["U0000003"], user_count: 1 });
    expect(simulator.state.workspace().usergroups.get(usergroup)?.users).toEqual(["U0000003"]);
  });

  it("shows members and counts in lists only when asked", async () => {
    const { client } = await bench({ usergroups: 1 });
    const plain = (await client.usergroups.list({})).usergroups?.[0];
    const full = (await client.usergroups.list({ include_users: true, include_count: true })).usergroups?.[0];
    expect(plain).not.toHaveProperty("users");
    expect(plain).not.toHaveProperty("user_count");
    expect(full).toMatchObject({ users: [], user_count: 0 });
  });

  it("that does not exist is refused by every method", async () => {
    const { client } = await bench();
    const usergroup = "S9";
    expect(await errorOf(client.usergroups.update({ usergroup }))).toBe("no_such_subteam");
    expect(await errorOf(client.usergroups.disable({ usergroup }))).toBe("no_such_subteam");
    expect(await errorOf(client.usergroups.enable({ usergroup }))).toBe("no_such_subteam");
    expect(await errorOf(client.usergroups.users.list({ usergroup }))).toBe("no_such_subteam");
    expect(await errorOf(client.usergroups.users.update({ usergroup, users: "U0000001" }))).toBe("no_such_subteam");
  });

  it("needs a name and handle of its own", async () => {
    const { client } = await bench({ usergroups: [{ name: "Ops" }, { name: "Dev" }] });
    expect(await errorOf(client.usergroups.create({ name: "Ops" }))).toBe("name_already_exists");
    expect(await errorOf(client.usergroups.create({ name: "Other", handle: "ops" }))).toBe("handle_already_exists");
    expect(await errorOf(client.usergroups.create({ name: "General" }))).toBe("handle_already_exists");
    expect(await errorOf(client.usergroups.create({ name: "!" }))).toBe("bad_handle");
    const renamed = client.usergroups.update({ usergroup: "S0000002", name: "Ops" });
    expect(await errorOf(renamed)).toBe("name_already_exists");
    expect(await client.usergroups.update({ usergroup: "S0000001", name: "Ops" })).toMatchObject({ ok: true });
  });

  it("takes only known users and channels", async () => {
    const { client } = await bench({ usergroups: 1 });
    const usergroup = "S0000001";
    expect(await errorOf(client.usergroups.users.update({ usergroup, users: "U0000001,U9" }))).toBe("invalid_users");
    expect(await errorOf(client.usergroups.users.update({ usergroup, users: "" }))).toBe("no_users_provided");
    expect(await errorOf(client.usergroups.update({ usergroup, channels: "C9" }))).toBe("invalid_channel_provided");
    expect(await errorOf(client.apiCall("usergroups.create"))).toBe("missing_subteam_name");
    expect(await errorOf(client.apiCall("usergroups.users.list"))).toBe("missing_argument");
  });

  it("is not disabled or enabled twice, and hides its members while disabled", async () => {
    const { client } = await bench({ usergroups: 1 });
    const usergroup = "S0000001";
    expect(await errorOf(client.usergroups.enable({ usergroup }))).toBe("already_enabled");
    await client.usergroups.disable({ usergroup });
    expect(await errorOf(client.usergroups.disable({ usergroup }))).toBe("already_disabled");
    expect(await errorOf(client.usergroups.users.list({ usergroup }))).toBe("no_such_subteam");
    expect(await client.usergroups.users.list({ usergroup, include_disabled: true })).toMatchObject({ users: [] });
  });
});
