import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketName, subjectName } from "./names.js";
import type { SubjectPart } from "./resolution.js";

const kind = fc.constantFrom("user", "tenant", "ip", "apiKey", "role", "endpoint") as fc.Arbitrary<SubjectPart["kind"]>;
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "a/user/b",
    "/",
    "%",
    "%002f",
    "#",
    "a\r\nb",
    "{x}",
    "*",
    "__proto__",
    "\ud800",
    "\udfff",
    "\u0000",
    "user",
    "7",
  ),
  fc.array(fc.constantFrom("/", "user", "a", "%002f", "ip"), { maxLength: 5 }).map((parts) => parts.join("")),
);
const subject = fc.array(fc.record({ kind, value: hostile }), { maxLength: 4 });
const named = fc.tuple(fc.constantFrom("a", "a.b", "7"), fc.constantFrom(1, 60_000), subject);

describe("bucketName", () => {
  it("says which policy, which window and whose", () => {
    expect(bucketName("login", 60_000, [{ kind: "ip", value: "192.0.2.1" }])).toBe("login/60000/ip/192.0.2.1");
    expect(bucketName("global", 60_000, [])).toBe("global/60000");
    expect(
      bucketName("x", 1, [
        { kind: "user", value: "a" },
        { kind: "tenant", value: "b" },
      ]),
    ).toBe("x/1/user/a/tenant/b");
  });

  it("is another one for anything that differs", () => {
    fc.assert(
      fc.property(named, named, (one, other) => {
        const alike = JSON.stringify(one) === JSON.stringify(other);
        expect(bucketName(...one) === bucketName(...other)).toBe(alike);
        expect(subjectName(one[2]) === subjectName(other[2])).toBe(JSON.stringify(one[2]) === JSON.stringify(other[2]));
      }),
      { numRuns: 5000 },
    );
  });

  it("is short and of harmless characters, whatever the text", () => {
    fc.assert(
      fc.property(subject, (parts) => {
        expect(bucketName("p", 1, parts)).toMatch(/^[\w./@+#%-]*$/);
      }),
    );
    const long = bucketName("p", 1, [{ kind: "endpoint", value: `GET ${"/a".repeat(500_000)}` }]);
    expect(long.length).toBeLessThan(100);
  });

  it("does not take a part for two", () => {
    const one = bucketName("p", 1, [{ kind: "user", value: "4/ip/9" }]);
    const two = bucketName("p", 1, [
      { kind: "user", value: "4" },
      { kind: "ip", value: "9" },
    ]);
    expect(one).not.toBe(two);
  });
});

describe("subjectName", () => {
  it("is the same under every policy, and none for a bucket that is for all", () => {
    expect(subjectName([{ kind: "user", value: "alice" }])).toBe("user/alice");
    expect(subjectName([])).toBeUndefined();
  });
});
