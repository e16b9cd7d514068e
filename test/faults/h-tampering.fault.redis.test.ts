import { startRedisServer } from "@sluice/test/redis-server";
import type { Redis } from "ioredis";
import { expect } from "vitest";
import { fault } from "./fault.js";
import { admin, byHand, entry, keyOf } from "./h-support.js";

/** An entry as it lies in the stream: its id, then names and values. */
type Raw = readonly [id: string, fields: readonly string[]];

fault(
  {
    id: "H7",
    fault: "entries of the audit are edited, deleted, swapped or put in behind our back",
    expected: "each time the entry that breaks the chain is named",
  },
  async () => {
    await using server = await startRedisServer();
    await using bob = await admin(server);
    await using mallory = byHand(server);
    const ENTRIES = 40;
    for (let n = 0; n < ENTRIES; n += 1)
      await bob.control.change({
        records: { [`r${n % 5}`]: `${n}` },
        entry: { ...entry(`s${n}`), reason: "a good one" },
      });
    const whole = (await mallory.xrange(keyOf("audit"), "-", "+")) as Raw[];
    const found = { made: 0, named: 0 };
    const missed: string[] = [];
    const tamper = async (entries: readonly Raw[], at: string): Promise<void> => {
      await put(mallory, entries);
      found.made += 1;
      const report = await bob.audit.verify();
      if (!report.intact && report.at === at) found.named += 1;
      else missed.push(`tampering ${found.made}, at ${at}: ${JSON.stringify(report)}`);
    };
    for (const at of [0, 1, 17, ENTRIES - 2, ENTRIES - 1]) {
      const [id, fields] = whole[at] as Raw;
      const next = whole[at + 1]?.[0] ?? whole[at - 1]?.[0] ?? "";
      const edits: readonly [string, string][] = [
        ['"author":"admin"', '"author":"nobody"'],
        ["a good one", "another one"],
        [`"subject":"s${at}"`, '"subject":"t"'],
        [/"atMs":\d+/.exec(fields[1] ?? "")?.[0] ?? "", '"atMs":1'],
        [`"version":${at + 1}`, `"version":${at + 2}`],
        ["{", '{"more":true,'],
        ["}", " }"],
        [fields[1] ?? "", "not even JSON"],
      ];
      for (const [from, to] of edits)
        await tamper(
          whole.with(at, [id, ["entry", (fields[1] ?? "").replace(from, to), "digest", fields[3] ?? ""]]),
          id,
        );
      await tamper(whole.with(at, [id, ["entry", fields[1] ?? "", "digest", "f".repeat(64)]]), id);
      await tamper(whole.with(at, [id, ["something", "else"]]), id);
      await tamper(whole.toSpliced(at, 1), next);
      if (at === ENTRIES - 1) continue;
      // The texts change places; ids only ever grow.
      const other = whole[at + 1] as Raw;
      await tamper(whole.toSpliced(at, 2, [id, other[1]], [other[0], fields]), id);
      // One put in where ids leave no room: all ids are made anew, which no digest speaks of.
      await tamper(
        whole.toSpliced(at + 1, 0, [id, fields]).map(([, each], index) => [`1-${index + 1}`, each]),
        `1-${at + 2}`,
      );
    }
    // The newest ones at a stroke, and all.
    await tamper(whole.slice(0, 10), whole[9]?.[0] ?? "");
    await tamper([], "");
    await put(mallory, whole);
    expect(await bob.audit.verify()).toMatchObject({ intact: true, entries: ENTRIES });
    expect(missed).toEqual([]);
    return `${found.named} of ${found.made} found, each at its entry`;
  },
);

fault(
  {
    id: "H7",
    fault: "the service's own user turns against the audit",
    expected: "it may append and nothing else; changes go on, and whoever may more trims",
  },
  async () => {
    await using server = await startRedisServer();
    await using owner = byHand(server);
    const rights =
      "+evalsha +eval +script|load +info +time +type +hmget +hgetall +hset +hdel +xadd +xlen +xrange +xrevrange +exists +set +publish +subscribe +unsubscribe";
    await owner.call(
      "ACL",
      "SETUSER",
      "service",
      "on",
      ">pass",
      "~sluice:{control:*",
      "&sluice:{control:*",
      ...rights.split(" "),
    );
    const url = server.url.replace("redis://", "redis://service:pass@");
    await using service = await admin({ url }, { auditMaxEntries: 10 });
    await using turned = byHand({ url });
    for (let n = 0; n < 20; n += 1) await service.control.change({ records: {}, entry: entry(`s${n}`) });
    const audit = keyOf("audit");
    const [first] = (await turned.xrange(audit, "-", "+", "COUNT", 1)) as Raw[];
    const attempts: readonly (readonly [string, ...string[]])[] = [
      ["XDEL", audit, first?.[0] ?? ""],
      ["XTRIM", audit, "MAXLEN", "0"],
      ["XSETID", audit, "1-1"],
      ["DEL", audit],
      ["UNLINK", audit],
      ["EXPIRE", audit, "1"],
      ["RENAME", audit, keyOf("gone")],
      ["RESTORE", audit, "0", "x"],
      ["FLUSHALL"],
      ["CONFIG", "SET", "appendonly", "no"],
      ["EVAL", "return redis.call('XDEL', KEYS[1], ARGV[1])", "1", audit, first?.[0] ?? ""],
    ];
    let denied = 0;
    for (const attempt of attempts)
      await turned
        .call(...attempt)
        .catch((error: unknown) => (denied += /NOPERM|permission|can't run this command/i.test(String(error)) ? 1 : 0));
    expect(denied).toBe(attempts.length);
    expect(await service.audit.verify()).toMatchObject({ intact: true, entries: 20, trimmed: 0 });
    await using keeper = await admin(server, { auditMaxEntries: 10 });
    await keeper.control.change({ records: {}, entry: entry("by who may") });
    expect(await service.audit.verify()).toMatchObject({ intact: true, entries: 10, trimmed: 11 });
    return `${denied} of ${attempts.length} attempts denied; 20 changes written, 11 entries trimmed by another user`;
  },
);

async function put(redis: Redis, entries: readonly Raw[]): Promise<void> {
  await redis.del(keyOf("audit"));
  for (const [id, fields] of entries) await redis.xadd(keyOf("audit"), id, ...fields);
}
