import fc from "fast-check";
import { expect, it } from "vitest";
import { digestOf, noDigest, readEntry, verifyAudit } from "./audit.js";
import { type AuditContent, canonicalText, readCanonical } from "./canonical.js";
import type { AuditEntry, Json } from "./store.js";

const json = fc.jsonValue().map((value) => value as Json);
const content: fc.Arbitrary<Omit<AuditContent, "version" | "atMs">> = fc.record(
  {
    action: fc.string(),
    subject: fc.string({ unit: "binary" }),
    author: fc.string(),
    reason: fc.string(),
    detail: json,
  },
  { requiredKeys: ["action", "subject", "author"] },
);
const chain = fc.array(content, { minLength: 3, maxLength: 12 }).map(linked);

it("the canonical text of an entry comes back as the same text, whatever is in it", () => {
  fc.assert(
    fc.property(content, (one) => {
      const text = canonicalText({ ...one, atMs: 1, version: 2 });
      const read = readCanonical(text);
      expect(read).toBeDefined();
      expect(canonicalText(read as AuditContent)).toBe(text);
      expect(Buffer.from(text).toString()).toBe(text);
    }),
  );
});

it("the order of names makes no difference to the text", () => {
  const one = canonicalText({ action: "a", subject: "s", author: "x", atMs: 1, version: 1, detail: { b: 1, a: [2] } });
  const other = canonicalText({
    detail: { a: [2], b: 1 },
    version: 1,
    atMs: 1,
    author: "x",
    subject: "s",
    action: "a",
  });
  expect(one).toBe(other);
  expect(one).toBe('{"action":"a","atMs":1,"author":"x","detail":{"a":[2],"b":1},"subject":"s","version":1}');
});

it("the digest is SHA-256 over the digest before, a line break and the canonical text", () => {
  const given = { action: "a", subject: "s", author: "x", atMs: 1, version: 1 };
  // printf '%064d\n{"action":"a","atMs":1,"author":"x","subject":"s","version":1}' 0 | sha256sum
  expect(digestOf(noDigest, given)).toBe("3313cc707a4d4320ab2b9f5bfa21d07f576cd7268e992ccd30396d9b5e97293f");
});

it("a chain as it was written is intact, from its beginning and from any later entry", () => {
  fc.assert(
    fc.property(chain, fc.nat(), (entries, any) => {
      const head = entries.at(-1)?.digest;
      expect(verifyAudit(entries)).toEqual({ intact: true, head });
      const at = any % entries.length;
      expect(verifyAudit(entries.slice(at + 1), entries[at]?.digest)).toEqual({ intact: true, head });
    }),
  );
  expect(verifyAudit([])).toEqual({ intact: true, head: noDigest });
});

it("an edit of any part of any entry is found, at that entry", () => {
  fc.assert(
    fc.property(
      chain,
      fc.nat(),
      fc.constantFrom("action", "subject", "author", "reason", "detail"),
      (entries, any, part) => {
        const at = any % entries.length;
        const edited = entries.with(at, { ...(entries[at] as AuditEntry), [part]: "somebody else's" });
        expect(verifyAudit(edited)).toMatchObject({ intact: false, at: entries[at]?.id });
      },
    ),
  );
});

it("a missing entry is found at the one after it, and a swap at the first that was moved", () => {
  fc.assert(
    fc.property(chain, fc.nat(), (entries, any) => {
      const at = any % (entries.length - 1);
      expect(verifyAudit(entries.toSpliced(at, 1))).toMatchObject({ intact: false, at: entries[at + 1]?.id });
      const [one, other] = [entries[at] as AuditEntry, entries[at + 1] as AuditEntry];
      expect(verifyAudit(entries.toSpliced(at, 2, other, one))).toMatchObject({ intact: false, at: other.id });
    }),
  );
});

it("an edit whose digest was made anew is found at the next entry", () => {
  fc.assert(
    fc.property(chain, fc.nat(), (entries, any) => {
      const at = any % (entries.length - 1);
      const before = entries[at - 1]?.digest ?? noDigest;
      const edited = { ...(entries[at] as AuditEntry), author: "somebody else" };
      const forged = { ...edited, digest: digestOf(before, edited) };
      expect(verifyAudit(entries.with(at, forged))).toMatchObject({ intact: false, at: entries[at + 1]?.id });
    }),
  );
});

it("a verdict says what is wrong", () => {
  const of = (version: number, atMs: number, before: string): AuditEntry => {
    const whole = { action: "a", subject: "s", author: "x", atMs, version };
    return { id: `${atMs}-${version}`, ...whole, digest: digestOf(before, whole) };
  };
  const first = of(1, 1000, noDigest);
  const whyOf = (next: AuditEntry, before: readonly AuditEntry[] = [first]): unknown => {
    const verdict = verifyAudit([...before, next]);
    expect(verdict).toMatchObject({ intact: false, at: next.id });
    return verdict.intact ? undefined : verdict.why;
  };
  const elsewhere = "it was edited, or entries before it were removed or moved";
  expect(verifyAudit([first, of(2, 1000, first.digest)])).toMatchObject({ intact: true });
  expect(whyOf(of(3, 1001, first.digest))).toBe("its version does not follow that of the entry before");
  expect(whyOf(of(2, 999, first.digest))).toBe("it is older than the entry before");
  expect(whyOf({ ...of(2, 1001, first.digest), author: "y" })).toBe("its digest does not follow: it was edited");
  expect(whyOf(of(3, 1001, noDigest))).toContain(elsewhere);
  expect(whyOf(of(1, 1001, first.digest), [])).toContain(elsewhere);
  expect(whyOf(readEntry("1-1", "{", first.digest))).toBe("it cannot be read: it was edited");
});

it("a text of other types is no entry, though it is canonical", () => {
  const whole = { action: "a", subject: "s", author: "x", reason: "r", atMs: 1, version: 2 };
  expect(readCanonical(canonicalText(whole))).toEqual(whole);
  for (const odd of [
    { action: 1 },
    { subject: null },
    { author: true },
    { reason: [] },
    { atMs: 1.5 },
    { atMs: "1" },
    { version: 2.5 },
    { version: null },
  ])
    expect(readCanonical(canonicalText({ ...whole, ...odd } as AuditContent)), JSON.stringify(odd)).toBeUndefined();
});

it("an entry whose text is not the canonical one is given, and found", () => {
  const [first] = linked([{ action: "a", subject: "s", author: "x" }]);
  const { id, digest, ...rest } = first as AuditEntry;
  const text = canonicalText(rest);
  expect(verifyAudit([readEntry(id, text, digest)])).toMatchObject({ intact: true });
  const others = [
    "",
    "null",
    "[]",
    "{",
    text.replace("{", '{"more":1,'),
    text.replace(",", ", "),
    text.replace("}", ',"author":"y"}'),
  ];
  for (const other of others)
    expect(verifyAudit([readEntry(id, other, digest)])).toEqual({
      intact: false,
      at: id,
      why: expect.stringContaining("edited"),
    });
});

/** The entries as a store would have written them. */
function linked(contents: readonly Omit<AuditContent, "version" | "atMs">[]): readonly AuditEntry[] {
  let digest = noDigest;
  return contents.map((one, index) => {
    const whole = { ...one, atMs: 1000 + index, version: index + 1 };
    digest = digestOf(digest, whole);
    return { id: `${whole.atMs}-0`, ...whole, digest };
  });
}
