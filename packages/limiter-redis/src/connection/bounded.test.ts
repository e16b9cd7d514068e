import { describe, expect, it } from "vitest";
import { bounded, failedAt, tooSlow } from "./bounded.js";

const coded = (code: string): Error => Object.assign(new Error(`connect ${code} secret`), { code });

describe("a failure of Redis in words", () => {
  it.each([
    ["a refused connection", coded("ECONNREFUSED"), "does not answer: ECONNREFUSED"],
    ["an unknown host", coded("EAI_AGAIN"), "does not answer: EAI_AGAIN"],
    ["a certificate nobody trusts", coded("DEPTH_ZERO_SELF_SIGNED_CERT"), "failed at TLS: DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["a port without TLS", coded("ERR_SSL_WRONG_VERSION_NUMBER"), "failed at TLS: ERR_SSL_WRONG_VERSION_NUMBER"],
    ["another code", coded("ERR_INVALID_ARG_TYPE"), "failed at a lock: ERR_INVALID_ARG_TYPE"],
    ["a connection that was cut", new Error("Connection is closed."), "does not answer: not connected"],
    [
      "a cluster that is away",
      new Error("Cluster isn't ready and enableOfflineQueue options is false"),
      "does not answer: not connected",
    ],
    [
      "a cluster nobody is in",
      new Error("None of startup nodes is available"),
      "does not answer: no node of the cluster can be used",
    ],
    [
      "Sentinels that are away",
      new Error("All sentinels are unreachable and retry is disabled. Last error: secret"),
      "does not answer: no Sentinel names a server",
    ],
    ["a missing right", new Error("NOPERM secret"), "refused a lock: NOPERM"],
    ["a missing right in a script", new Error("ERR ACL failure in script: secret"), "refused a lock: NOPERM"],
    [
      "a wrong password",
      new Error("WRONGPASS secret"),
      "refused the login: WRONGPASS: the user or password is missing or wrong",
    ],
    ["full memory", new Error("OOM command not allowed"), "refused a lock: OOM"],
    ["anything else", new TypeError("secret"), "failed at a lock: TypeError"],
    ["no error at all", "secret", "failed at a lock: unknown"],
  ])("tells of %s, and of nothing the client's error holds", (_, error, says) => {
    expect(failedAt("a lock", error).message).toBe(`Redis ${says}`);
    expect(failedAt("a lock", error, "host:6379").message).toBe(`Redis at host:6379 ${says}`);
  });

  it("names the place of a Redis that is too slow, where it is told", async () => {
    expect(tooSlow("a lock", 500).message).toBe("Redis did not answer a lock within 500 ms");
    const asked = bounded(() => new Promise(() => {}), 5, "a lock", "one", "host:6379");
    await expect(asked).rejects.toThrow("Redis at host:6379 did not answer a lock within 5 ms");
  });
});
