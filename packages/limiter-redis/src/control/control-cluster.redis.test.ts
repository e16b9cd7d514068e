import { verifyAudit } from "@sluice/limiter";
import { startRedisCluster } from "@sluice/test/redis-server";
import { expect, it } from "vitest";
import { redisControlStore } from "./redis-control-store.js";

const entry = { action: "test.write", subject: "s", author: "tester" };

it("keeps each space in one slot of a cluster, tells of changes, and asks the space's own primary for confirmation", async () => {
  await using cluster = await startRedisCluster({ primaries: 3, replicas: 0 });
  // A busy machine is no outage.
  const options = { url: cluster.url, commandTimeoutMs: 5000 };
  await using store = redisControlStore({ ...options, confirm: { replicas: 1, withinMs: 20 } });
  await using other = redisControlStore({ ...options, commandTimeoutMs: 6000 });
  const spaces = ["a", "b", "c", "{}", "a}b", "{x}y"];
  const heard = new Set<string>();
  for (const space of spaces) other.onChange(space, () => heard.add(space));
  for (const space of spaces) {
    // Nobody follows these primaries.
    expect(await store.change(space, { records: { name: space }, entry })).toMatchObject({ confirmed: false });
    expect((await other.read(space))?.records.get("name")).toBe(space);
    await other.change(space, { records: {}, entry });
    expect(verifyAudit(await store.audit(space))).toMatchObject({ intact: true });
  }
  await expect
    .poll(
      async () => (await Promise.all(spaces.map((space) => store.change(space, { records: {}, entry }))), heard.size),
      {
        timeout: 10_000,
      },
    )
    .toBe(spaces.length);
}, 60_000);
