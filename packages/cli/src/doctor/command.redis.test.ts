import { startRedisServer } from "@sluice/test/redis-server";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { jsonOf, runHere } from "../process.test-support.js";

/** A server, and how to run the doctor as a user of it with the rights that the doctor prints. */
async function hospital() {
  const server = await startRedisServer();
  const admin = new Redis(server.url);
  onTestFinished(async () => {
    admin.disconnect();
    await server.stop();
  });
  const urlOf = (db: number): string => `${server.url.replace("redis://", "redis://op:pass@")}/${db}`;
  const allow = async (...line: readonly string[]): Promise<void> => {
    const { operator } = jsonOf(await runHere(["doctor", "--rights", "--json", ...line])) as { operator: string[] };
    await admin.call("ACL", "SETUSER", "op", "reset", "on", ">pass", ...operator);
  };
  const look = (db: number) => runHere(["doctor", "--redis", urlOf(db), "--timeout", "9000"]);
  return { admin, urlOf, allow, look };
}

describe("the doctor, of a URL that names a database", () => {
  it("finds a user who may not select it, names the right, and says no more", async () => {
    const { allow, look } = await hospital();
    await allow();
    const { code, out } = await look(3);
    expect(code).toBe(3);
    expect(out).toMatch(
      /^problem {2}database +127\.0\.0\.1:\d+ refused database 3: NOPERM\n +→ Grant the user \+select, /m,
    );
    expect(out).toContain("1 problem, 0 warnings");
  });

  it("finds one that the server does not have", async () => {
    const { allow, urlOf, look } = await hospital();
    await allow("--redis", urlOf(99));
    expect(await look(99)).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^problem {2}database .* has no database 99\n/m),
    });
  });

  it("prints +select among its rights, of --redis and of REDIS_URL, and finds nothing missing then", async () => {
    const { admin, allow, urlOf, look } = await hospital();
    expect((await runHere(["doctor", "--rights"], { REDIS_URL: urlOf(3) })).out).toContain(" +select ");
    expect((await runHere(["doctor", "--rights"], { REDIS_URL: urlOf(0) })).out).not.toContain("select");
    await allow("--redis", urlOf(3));
    const { code, out } = await look(3);
    expect(code).toBe(0);
    expect(out).toMatch(/^ok +database +3 can be used$/m);
    expect(out).toMatch(/^ok +rights +all that is needed$/m);
    expect(await admin.dbsize()).toBe(0);
  });

  it("has changes of policies fail by name in place of changing those of database 0", async () => {
    const { admin, allow, urlOf } = await hospital();
    await allow();
    const line = "limits add per-user --scope user --window 1/minute --reason because".split(" ");
    const { code, err } = await runHere([...line, "--redis", urlOf(3), "--timeout", "9000"]);
    expect(code).not.toBe(0);
    expect(err).toContain("refused database 3: NOPERM");
    expect(await admin.dbsize()).toBe(0);
  });
});
