import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalPath } from "./endpoint.js";

describe("a path in one spelling", () => {
  it("is the same for all ways to write it", () => {
    const same = ["/a/b", "/a/b/", "//a///b", "/./a/./b", "/a/b/.", "/%61/%62", "/%61/b?x=/c", "/a/b#c", "/a/c/../b"];
    const more = [
      "/../a/b",
      "/a/%2e/b",
      "/a/x/%2E%2e/b",
      "\\a\\b",
      "http://example.com/a/b",
      "HTTPS://u:p@h:1//a/b/",
      "a/b",
    ];
    for (const target of [...same, ...more]) expect([target, normalPath(target)]).toEqual([target, "/a/b"]);
  });

  it("keeps escapes that would separate, and those that are broken", () => {
    expect(normalPath("/files/a%2Fb")).toBe("/files/a%2Fb");
    expect(normalPath("/files/a%2fb")).toBe("/files/a%2Fb");
    expect(normalPath("/files/a%3fb%23c%5cd")).toBe("/files/a%3Fb%23c%5Cd");
    expect(normalPath("/a%zz/%c3%28/%41")).toBe("/a%zz/%C3%28/A");
    expect(normalPath("/caf%C3%A9")).toBe("/café");
  });

  it("is the root for next to nothing", () => {
    for (const target of ["/", "", "//", "/.", "/..", "?a=1", "http://example.com"])
      expect(normalPath(target)).toBe("/");
    expect(normalPath("*")).toBe("/*");
  });

  it("stays what it is when it is made once more, unless an escape is escaped", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.constantFrom("/", ".", "..", "%2e", "%41", "\\", "a", "%", "é"), { maxLength: 20 }),
        (path, parts) => {
          const once = normalPath(`${path}/${parts.join("")}`);
          expect(once.startsWith("/")).toBe(true);
          expect(
            once
              .split("/")
              .slice(1)
              .every((part) => part !== "." && part !== ".."),
          ).toBe(true);
          if (!once.includes("%")) expect(normalPath(once)).toBe(once);
        },
      ),
    );
  });

  it("is found in a time linear in the target", () => {
    for (const piece of ["/.", "%2e", "/..", "%", "a:/", "\\"]) {
      const target = `/${piece.repeat(300_000)}`;
      const started = process.cpuUsage();
      normalPath(target);
      // Processor time, which a stall of the machine does not lengthen.
      const { user, system } = process.cpuUsage(started);
      expect((user + system) / 1000).toBeLessThan(1000);
    }
  });
});
