import { describe, expect, it } from "vitest";
import type { DesiredRealm } from "../src/desired-state.js";
import { differs } from "../src/differs.js";
import { runOnce, runUntilDone } from "../src/operator.js";
import { bench, realmsOf } from "./operator-bench.js";

const shop: DesiredRealm = {
  namespace: "team-a",
  realm: "shop",
  displayName: "Shop",
  clients: [{ clientId: "web", redirectUris: ["https://a/*", "https://b/*"] }, { clientId: "worker" }],
};

describe("a run", () => {
  it("makes what is missing, and the next one has nothing to do", async () => {
    const { api, keycloak, pass } = await bench();
    const { changes } = await pass(runOnce({ api, desired: [shop] }));
    expect(changes.map(({ action, name }) => `${action} ${name}`)).toEqual([
      "created shop",
      "created shop/web",
      "created shop/worker",
    ]);
    expect(keycloak.state.realms.get("shop")?.representation).toMatchObject({ displayName: "Shop", enabled: true });
    const writes = (): number => keycloak.ledger.entries().filter(({ method }) => !method.startsWith("GET")).length;
    const before = writes();
    expect(await pass(runOnce({ api, desired: [shop] }))).toEqual({ changes: [], failed: [] });
    expect(writes()).toBe(before);
  });

  it("changes what differs and deletes what is no longer wanted, and nothing that others made", async () => {
    const { api, keycloak, pass } = await bench();
    await pass(runOnce({ api, desired: [shop, { namespace: "team-b", realm: "old" }] }));
    await api.realms.create({ realm: "by-hand" });
    await api.clients.create({ realm: "shop", clientId: "by-hand" });
    const desired = [
      { ...shop, displayName: "The shop", clients: [{ clientId: "web", redirectUris: ["https://a/*"] }] },
    ];
    const { changes } = await pass(runOnce({ api, desired }));
    expect(changes.map(({ action, name }) => `${action} ${name}`).toSorted()).toEqual([
      "deleted old",
      "deleted shop/worker",
      "updated shop",
      "updated shop/web",
    ]);
    expect([...keycloak.state.realms.keys()]).toEqual(["master", "shop", "by-hand"]);
    expect(keycloak.state.realms.get("shop")?.clients.find("clientId", "by-hand")).toBeDefined();
  });

  it("that was killed in the middle is finished by the next one, from what is there", async () => {
    const { api, keycloak, pass } = await bench({ reconcileJitterMs: 0 });
    const desired = realmsOf("team-a", 30);
    const controller = new AbortController();
    let made = 0;
    const onChange = (): void => {
      made += 1;
      if (made === 12) controller.abort(new Error("killed"));
    };
    await expect(pass(runOnce({ api, desired, signal: controller.signal, onChange }))).rejects.toThrow("killed");
    const left = keycloak.state.realms.size - 1;
    const rest = await pass(runUntilDone({ api, desired }));
    expect(keycloak.state.realms.size - 1).toBe(30);
    expect(rest.changes.length).toBeLessThanOrEqual(30 - 12);
    expect(left).toBeGreaterThanOrEqual(12);
    expect(keycloak.ledger.count({ status: 409 })).toBe(0);
  });

  it("is not led astray by an answer that was lost: the next round sees that the realm is there", async () => {
    const { api, keycloak, pass, clock } = await bench();
    keycloak.failNext({ method: "POST /admin/realms", status: 502, processed: true });
    const failures: string[] = [];
    const onFailure = (resource: string): void => void failures.push(resource);
    const { changes } = await pass(runUntilDone({ api, desired: [shop], clock, onFailure }));
    expect(failures).toEqual(["shop"]);
    expect(changes.map(({ name }) => name)).toEqual(["shop/web", "shop/worker"]);
    expect(keycloak.ledger.count({ method: "POST /admin/realms" })).toBe(1);
  });
});

it("a difference is told by what is wanted, whatever else is there", () => {
  expect(differs({ a: 1, b: 2, c: [1, { d: 1, e: 2 }] }, { a: 1, c: [1, { d: 1 }] })).toBe(false);
  expect([differs({ a: 1 }, { a: 2 }), differs({ a: [1, 2] }, { a: [1] }), differs({}, { a: {} })]).toEqual([
    true,
    true,
    true,
  ]);
});
