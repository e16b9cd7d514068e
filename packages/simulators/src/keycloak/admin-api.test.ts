import { describe, expect, it } from "vitest";
import { bench, refusalOf } from "./simulator.test-support.js";

describe("realms", () => {
  it("are made, found, changed, renamed and deleted by name", async () => {
    const { client, simulator } = await bench({ realms: ["first"] });
    expect(await client.realms.create({ realm: "shop", displayName: "Shop" })).toEqual({ realmName: "shop" });
    expect((await client.realms.find()).map(({ realm }) => realm)).toEqual(["master", "first", "shop"]);
    await client.realms.update({ realm: "shop" }, { enabled: true });
    expect(await client.realms.findOne({ realm: "shop" })).toMatchObject({ displayName: "Shop", enabled: true });
    await client.realms.update({ realm: "shop" }, { realm: "store" });
    expect([await client.realms.findOne({ realm: "shop" }), simulator.state.realms.has("store")]).toEqual([null, true]);
    await client.realms.del({ realm: "store" });
    expect([...simulator.state.realms.keys()]).toEqual(["master", "first"]);
  });

  it("refuse a name that is taken, that is missing or unknown, and the end of master", async () => {
    const { client } = await bench();
    expect(await refusalOf(client.realms.create({ realm: "master" }))).toEqual([
      409,
      { errorMessage: "Realm master already exists" },
    ]);
    expect(await refusalOf(client.realms.create({}))).toEqual([400, { errorMessage: "Realm name cannot be empty" }]);
    expect(await refusalOf(client.realms.update({ realm: "none" }, {}))).toEqual([404, { error: "Realm not found." }]);
    expect((await refusalOf(client.realms.del({ realm: "master" })))[0]).toBe(400);
  });

  it("come with the clients, roles and scopes of every new realm", async () => {
    const { client } = await bench();
    await client.realms.create({ realm: "shop" });
    expect((await client.clients.find({ realm: "shop" })).map(({ clientId }) => clientId)).toContain("admin-cli");
    expect((await client.roles.find({ realm: "shop" })).map(({ name }) => name)).toContain("default-roles-shop");
    expect((await client.clientScopes.find({ realm: "shop" })).map(({ name }) => name)).toContain("profile");
  });
});

describe("clients", () => {
  it("are made with a secret, found by clientId, changed and deleted by id", async () => {
    const { client } = await bench();
    const { id } = await client.clients.create({ clientId: "web", redirectUris: ["https://x/*"] });
    expect(await client.clients.find({ clientId: "web" })).toMatchObject([{ id, protocol: "openid-connect" }]);
    expect(await client.clients.find({ clientId: "we" })).toEqual([]);
    expect(await client.clients.find({ clientId: "we", search: true })).toHaveLength(1);
    await client.clients.update({ id }, { clientId: "web", description: "shop" });
    expect(await client.clients.findOne({ id })).toMatchObject({ description: "shop", redirectUris: ["https://x/*"] });
    const { value } = await client.clients.getClientSecret({ id });
    const renewed = await client.clients.generateNewClientSecret({ id });
    expect([typeof value, renewed.value === value]).toEqual(["string", false]);
    expect(await client.clients.getServiceAccountUser({ id })).toMatchObject({ username: "service-account-web" });
    await client.clients.del({ id });
    expect(await client.clients.findOne({ id })).toBeNull();
  });

  it("have roles of their own, and no two share a clientId", async () => {
    const { client } = await bench();
    const { id } = await client.clients.create({ clientId: "web" });
    expect(await client.clients.createRole({ id, name: "editor" })).toEqual({ roleName: "editor" });
    expect(await client.clients.listRoles({ id })).toMatchObject([{ name: "editor", clientRole: true }]);
    expect((await refusalOf(client.clients.createRole({ id, name: "editor" })))[0]).toBe(409);
    expect(await client.clients.findRole({ id, roleName: "editor" })).toMatchObject({ name: "editor" });
    await client.clients.delRole({ id, roleName: "editor" });
    expect(await refusalOf(client.clients.create({ clientId: "web" }))).toEqual([
      409,
      { errorMessage: "Client web already exists" },
    ]);
  });
});

describe("users", () => {
  it("are made, searched, counted, changed and deleted", async () => {
    const { client } = await bench();
    const { id } = await client.users.create({ username: "ada", email: "ada@example.com", enabled: true });
    await client.users.create({ username: "bob" });
    expect(await client.users.find({ search: "AD" })).toMatchObject([{ id, username: "ada" }]);
    expect(await client.users.find({ username: "a", exact: true })).toEqual([]);
    expect([await client.users.count(), await client.users.count({ username: "bob" })]).toEqual([2, 1]);
    expect(await client.users.find({ first: 1, max: 1 })).toMatchObject([{ username: "bob" }]);
    await client.users.update({ id }, { firstName: "Ada" });
    expect(await client.users.findOne({ id })).toMatchObject({ firstName: "Ada", enabled: true });
    expect(await refusalOf(client.users.create({ username: "bob" }))).toEqual([
      409,
      { errorMessage: "User exists with same username" },
    ]);
    await client.users.del({ id });
    expect(await refusalOf(client.users.del({ id }))).toEqual([404, { error: "User not found" }]);
  });

  it("have roles, groups, and a password that they can log in with", async () => {
    const { client } = await bench();
    const { id } = await client.users.create({ username: "ada", enabled: true });
    const [role] = await client.roles.find();
    await client.users.addRealmRoleMappings({ id, roles: [{ id: role?.id ?? "", name: role?.name ?? "" }] });
    expect(await client.users.listRealmRoleMappings({ id })).toEqual([role]);
    await client.users.delRealmRoleMappings({ id, roles: [{ id: role?.id ?? "", name: role?.name ?? "" }] });
    expect(await client.users.listRealmRoleMappings({ id })).toEqual([]);
    const group = await client.groups.create({ name: "staff" });
    await client.users.addToGroup({ id, groupId: group.id });
    expect(await client.users.listGroups({ id })).toMatchObject([{ name: "staff", path: "/staff" }]);
    expect(await client.groups.listMembers({ id: group.id })).toMatchObject([{ username: "ada" }]);
    await client.users.delFromGroup({ id, groupId: group.id });
    expect(await client.users.listGroups({ id })).toEqual([]);
    await client.users.resetPassword({ id, credential: { type: "password", value: "correct" } });
    const login = { grantType: "password", clientId: "admin-cli", username: "ada" } as const;
    expect((await refusalOf(client.auth({ ...login, password: "wrong" })))[0]).toBe(401);
    await client.auth({ ...login, password: "correct" });
    expect(await client.users.count()).toBe(1);
  });
});

describe("the rest", () => {
  it("roles go by name and by id", async () => {
    const { client } = await bench();
    expect(await client.roles.create({ name: "auditor" })).toEqual({ roleName: "auditor" });
    const role = await client.roles.findOneByName({ name: "auditor" });
    expect(await client.roles.findOneById({ id: role?.id ?? "" })).toEqual(role);
    await client.roles.updateByName({ name: "auditor" }, { description: "reads" });
    expect((await client.roles.findOneByName({ name: "auditor" }))?.description).toBe("reads");
    await client.roles.delByName({ name: "auditor" });
    expect(await client.roles.findOneByName({ name: "auditor" })).toBeNull();
  });

  it("groups, client scopes, components and identity providers have the same five operations", async () => {
    const { client } = await bench();
    const scope = await client.clientScopes.create({ name: "phone" });
    expect(await client.clientScopes.findOneByName({ name: "phone" })).toMatchObject({ id: scope.id });
    await client.clientScopes.delByName({ name: "phone" });
    const component = await client.components.create({ name: "ldap", providerType: "storage" });
    expect(await client.components.find({ type: "storage" })).toMatchObject([{ id: component.id, config: {} }]);
    expect(await client.components.find({ type: "keys" })).toEqual([]);
    await client.components.del({ id: component.id });
    await client.identityProviders.create({ alias: "github", providerId: "github" });
    await client.identityProviders.update({ alias: "github" }, { alias: "github", displayName: "GitHub" });
    expect(await client.identityProviders.findOne({ alias: "github" })).toMatchObject({ displayName: "GitHub" });
    await client.groups.create({ name: "a" });
    expect(await client.groups.count()).toEqual({ count: 1 });
    expect((await refusalOf(client.groups.create({ name: "a" })))[1]).toEqual({
      errorMessage: "Top level group named 'a' already exists.",
    });
    expect((await client.serverInfo.find()).systemInfo?.version).toBe("26.0.0");
  });

  it("what is not simulated, or cannot be read, is refused", async () => {
    const { client, simulator } = await bench();
    expect((await refusalOf(client.realms.getKeys({ realm: "master" })))[0]).toBe(404);
    const headers = { authorization: `Bearer ${client.accessToken}` };
    const post = await fetch(`${simulator.url}/admin/realms`, { method: "POST", headers, body: "{" });
    expect([post.status, await post.json()]).toEqual([400, { errorMessage: "unable to read contents from stream" }]);
  });
});
