import type { UsersListResponse } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { bench, errorOf } from "./simulator.test-support.js";

describe("pagination", () => {
  it("walks all users in pages of the limit, each once", async () => {
    const { client, simulator } = await bench();
    const sizes: number[] = [];
    const ids: (string | undefined)[] = [];
    for await (const page of client.paginate("users.list", { limit: 10 })) {
      const { members = [] } = page as UsersListResponse;
      sizes.push(members.length);
      ids.push(...members.map((member) => member.id));
    }
    expect(sizes).toEqual([10, 10, 5]);
    expect(ids).toEqual([...simulator.state.workspace().users.keys()]);
  });

  it("ends with an empty cursor", async () => {
    const { client } = await bench();
    const all = await client.users.list({});
    expect(all.members).toHaveLength(25);
    expect(all.response_metadata?.next_cursor).toBe("");
  });

  it("makes no empty page when the last one is full", async () => {
    const { client } = await bench({ users: 20 });
    const first = await client.users.list({ limit: 10 });
    const second = await client.users.list({ limit: 10, cursor: first.response_metadata?.next_cursor ?? "" });
    expect(second.members).toHaveLength(10);
    expect(second.response_metadata?.next_cursor).toBe("");
  });

  it("refuses cursors and limits it cannot use", async () => {
    const { client } = await bench();
    expect(await errorOf(client.users.list({ cursor: "bm9uc2Vuc2U=" }))).toBe("invalid_cursor");
    expect(await errorOf(client.conversations.list({ limit: 1001 }))).toBe("invalid_limit");
    expect(await errorOf(client.conversations.list({ limit: -1 }))).toBe("invalid_limit");
  });
});

describe("users", () => {
  it("are shown one by one, by id and by address", async () => {
    const { client } = await bench();
    const byId = await client.users.info({ user: "U0000003" });
    expect(byId.user).toMatchObject({ id: "U0000003", name: "user3", profile: { email: "user3@acme.example" } });
    const byEmail = await client.users.lookupByEmail({ email: "User3@acme.example" });
    expect(byEmail.user?.id).toBe("U0000003");
    const profile = await client.users.profile.get({ user: "U0000003" });
    expect(profile.profile).toMatchObject({ real_name: "User 3", first_name: "User", last_name: "3" });
  });

  it("that do not exist are refused", async () => {
    const { client } = await bench();
    expect(await errorOf(client.users.info({ user: "U9" }))).toBe("user_not_found");
    expect(await errorOf(client.users.lookupByEmail({ email: "x@y" }))).toBe("users_not_found");
    expect(await errorOf(client.users.profile.get({ user: "U9" }))).toBe("user_not_found");
    expect(await errorOf(client.users.conversations({ user: "U9" }))).toBe("user_not_found");
  });

  it("include the app's own user by id, but not in the list", async () => {
    const { client } = await bench();
    const { user_id = "" } = await client.auth.test();
    expect((await client.users.info({ user: user_id })).user?.is_bot).toBe(true);
    expect((await client.users.list({})).members?.some((member) => member.id === user_id)).toBe(false);
  });

  it("have the conversations they are members of", async () => {
    const { client } = await bench({
      users: [{ name: "ada" }, { name: "bob" }],
      channels: [{ name: "general" }, { name: "secret", isPrivate: true, members: ["ada"] }],
    });
    const types = "public_channel,private_channel";
    const ada = await client.users.conversations({ user: "U0000001", types });
    const bob = await client.users.conversations({ user: "U0000002", types });
    expect(ada.channels?.map((channel) => channel.name)).toEqual(["general", "secret"]);
    expect(bob.channels?.map((channel) => channel.name)).toEqual(["general"]);
  });
});

describe("seeds", () => {
  it("are 25 users, 5 channels and no user groups by default", async () => {
    const { simulator } = await bench();
    const { users, channels, usergroups } = simulator.state.workspace("acme");
    expect([users.size, channels.size, usergroups.size]).toEqual([25, 5, 0]);
    expect([...users.keys()].at(-1)).toBe("U0000025");
    expect([...channels.values()].map(({ name }) => name)[0]).toBe("general");
  });

  it("can be numbers or lists", async () => {
    const { client, simulator } = await bench({
      users: [{ name: "ada", realName: "Ada Lovelace", email: "ada@example.com" }],
      channels: 0,
      usergroups: [{ name: "On Call", users: ["ada"] }],
    });
    expect((await client.users.lookupByEmail({ email: "ada@example.com" })).user?.real_name).toBe("Ada Lovelace");
    expect((await client.usergroups.list({ include_users: true })).usergroups).toMatchObject([
      { id: "S0000001", handle: "on-call", users: ["U0000001"] },
    ]);
    expect(simulator.state.workspace().channels.size).toBe(0);
    expect((await bench({ usergroups: 3 })).simulator.state.workspace().usergroups.size).toBe(3);
  });

  it("that cannot be planted are refused at the start", async () => {
    await expect(bench({ users: -1 })).rejects.toThrow("users must be a whole number >= 0, got -1");
    const stray = bench({ channels: [{ name: "x", members: ["nobody"] }] });
    await expect(stray).rejects.toThrow("members must be names of seeded users, got nobody");
    await expect(bench({ tokens: {} })).rejects.toThrow("tokens must name at least one token");
  });

  it("show the team they make up", async () => {
    const { client } = await bench();
    expect((await client.team.info()).team).toMatchObject({ id: "T0000001", name: "acme", domain: "acme" });
    expect(await errorOf(client.team.info({ team: "T9" }))).toBe("team_not_found");
  });
});
