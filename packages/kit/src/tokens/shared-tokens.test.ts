import { StoreUnavailableError } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { type Lock, memoryLock, memoryStates } from "@sluice/limiter";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { openBox, sealBox } from "./sealed.js";
import { sharedTokens } from "./shared-tokens.js";

/** A place to keep tokens, and processes that use it. */
function fleet() {
  const clock = createFakeClock();
  const states = memoryStates({ clock });
  const lock = memoryLock({ clock });
  let made = 0;
  const refresh = vi.fn(async () => ({ value: `token-${(made += 1)}`, lifetimeMs: 3_600_000 }));
  const process = (own: { lock?: Lock } = {}) =>
    sharedTokens({ provider: "acme", lock: () => own.lock ?? lock, states: () => states, clock });
  return { clock, states, lock, refresh, process };
}

describe("a shared token", () => {
  it("is got once, by however many callers in however many processes", async () => {
    const { clock, refresh, process } = fleet();
    const all = [process(), process(), process()].flatMap((one) =>
      Array.from({ length: 5 }, () => one.get("app", { secret: "s", refresh })),
    );
    await clock.advance(200);
    expect(new Set(await Promise.all(all))).toEqual(new Set(["token-1"]));
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it("is got anew before it ends, once", async () => {
    const { clock, refresh, process } = fleet();
    const [one, two] = [process(), process()];
    await one.get("app", { secret: "s", refresh });
    await clock.advance(3_600_000 - 30_001);
    expect(await two.get("app", { secret: "s", refresh })).toBe("token-1");
    await clock.advance(2);
    expect(await two.get("app", { secret: "s", refresh })).toBe("token-2");
    expect(await one.get("app", { secret: "s", refresh })).toBe("token-2");
  });

  it("that was refused is not used again; one that another process got meanwhile is", async () => {
    const { refresh, process } = fleet();
    const [one, two] = [process(), process()];
    await one.get("app", { secret: "s", refresh });
    await two.get("app", { secret: "s", refresh });
    one.forget("app", "token-1");
    two.forget("app", "token-1");
    expect(await one.get("app", { secret: "s", refresh })).toBe("token-2");
    expect(await two.get("app", { secret: "s", refresh })).toBe("token-2");
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it("is stored so that only who knows the secret can read it", async () => {
    const { states, refresh, process } = fleet();
    await process().get("app", { secret: "s", refresh });
    const { texts } = await states.load("tokens:acme", ["app"]);
    expect(texts[0]).toMatch(/^1\./);
    expect(texts[0]).not.toContain("token-1");
    expect(openBox(texts[0], "s", "app")?.value).toBe("token-1");
    expect(openBox(texts[0], "t", "app")).toBeUndefined();
    expect(openBox(texts[0], "s", "other")).toBeUndefined();
    expect(await process().get("app", { secret: "another", refresh })).toBe("token-2");
  });

  it("that cannot be got fails those who wait, and the next one asks again", async () => {
    const { refresh, process } = fleet();
    const one = process();
    refresh.mockRejectedValueOnce(new Error("no"));
    await expect(one.get("app", { secret: "s", refresh })).rejects.toThrow("no");
    expect(await one.get("app", { secret: "s", refresh })).toBe("token-1");
  });

  it("is got by each process for itself while the store is away", async () => {
    const { clock, refresh } = fleet();
    const away = () => {
      throw new StoreUnavailableError("away");
    };
    const one = sharedTokens({ provider: "acme", lock: away, states: away, clock });
    expect(await Promise.all([1, 2].map(() => one.get("app", { secret: "s", refresh })))).toEqual([
      "token-1",
      "token-1",
    ]);
    expect(await one.get("app", { secret: "s", refresh })).toBe("token-1");
  });

  it("leaves a caller that aborts with its own reason; the others get the token, and nobody's work is aborted", async () => {
    const { process } = fleet();
    const one = process();
    const abort = new AbortController();
    let give = (): void => {};
    let aborted = false;
    const slow = (signal: AbortSignal): Promise<{ value: string; lifetimeMs: number }> => {
      signal.addEventListener("abort", () => void (aborted = true));
      return new Promise((resolve) => void (give = () => resolve({ value: "late", lifetimeMs: 1e6 })));
    };
    const leaving = one.get("app", { secret: "s", refresh: slow, signal: abort.signal });
    const staying = one.get("app", { secret: "s", refresh: slow });
    abort.abort("gone");
    await expect(leaving).rejects.toBe("gone");
    await vi.waitFor(() => {
      give();
      expect(aborted).toBe(false);
    });
    setImmediate(() => give());
    expect(await staying).toBe("late");
  });

  it("aborts the work when the last caller has left", async () => {
    const { process } = fleet();
    const abort = new AbortController();
    let seen: AbortSignal | undefined;
    const waiting = process().get("app", {
      secret: "s",
      signal: abort.signal,
      refresh: (signal) => {
        seen = signal;
        return new Promise(() => {});
      },
    });
    await vi.waitFor(() => expect(seen).toBeDefined());
    abort.abort("gone");
    await expect(waiting).rejects.toBe("gone");
    expect(seen?.aborted).toBe(true);
  });

  it.each([
    [{ secret: "" }, "secret of a token"],
    [{ secret: "s", earlyMs: -1 }, "earlyMs"],
  ])("refuses %j", async (how, option) => {
    const { refresh, process } = fleet();
    await expect(process().get("app", { refresh, ...how })).rejects.toMatchObject({ code: "CONFIG_INVALID", option });
  });
});

describe("a sealed token", () => {
  it("opens as it was sealed, and not at all when a single byte has changed", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.nat(),
        fc.string(),
        fc.string(),
        fc.nat(),
        (value, untilUs, secret, name, at) => {
          const box = sealBox({ value, untilUs }, secret, name);
          expect(openBox(box, secret, name)).toEqual({ value, untilUs });
          const bytes = Buffer.from(box.slice(2), "base64url");
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ 1;
          expect(openBox(`1.${bytes.toString("base64url")}`, secret, name)).toBeUndefined();
        },
      ),
    );
  });

  it("is not opened from anything else", () => {
    for (const text of [undefined, "", "1.", "2.abc", "1.AAAA", "{}"]) expect(openBox(text, "s", "n")).toBeUndefined();
  });
});
