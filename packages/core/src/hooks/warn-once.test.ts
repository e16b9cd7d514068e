import { afterEach, describe, expect, it, vi } from "vitest";
import { warnOnce } from "./warn-once.js";

afterEach(() => void vi.restoreAllMocks());

/** What the process was warned of, in place of the warnings. */
function warnings(): unknown[][] {
  return vi.spyOn(process, "emitWarning").mockImplementation(() => {}).mock.calls;
}

describe("a warner", () => {
  it("tells each text once, in one line, with what was thrown if that is no error", () => {
    const told = warnings();
    const warn = warnOnce();
    for (let n = 0; n < 2; n += 1) warn("listener failed", new Error("two\nlines"));
    warn("listener failed", "text");
    expect(told.map(([text]) => text)).toEqual([
      expect.stringMatching(/^listener failed: two.*lines$/),
      "listener failed: text",
    ]);
  });

  it("gives its code to the warnings, or none", () => {
    const told = warnings();
    warnOnce("SOME_CODE")("a", "b");
    warnOnce()("a", "b");
    expect(told.map(([, options]) => options)).toEqual([
      { type: "SluiceHookWarning", code: "SOME_CODE" },
      { type: "SluiceHookWarning" },
    ]);
  });

  it("falls silent after a hundred texts", () => {
    const told = warnings();
    const warn = warnOnce();
    for (let n = 0; n < 150; n += 1) warn("n", n);
    expect(told).toHaveLength(100);
  });
});
