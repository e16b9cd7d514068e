import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../docs/", import.meta.url));

/** In this order; one more, `Further`, may follow. */
const skeleton = [
  "What it is",
  "Usage",
  "Options and errors",
  "Defaults",
  "Events and metrics",
  "How it works",
  "What not to do",
];

const pages = ["vendors", "features"].flatMap((kind) =>
  readdirSync(`${folder}${kind}`)
    .filter((file) => file.endsWith(".md"))
    .map((file) => ({ name: `${kind}/${file}`, lines: readFileSync(`${folder}${kind}/${file}`, "utf8").split("\n") })),
);

describe("every page of a vendor and of a feature", () => {
  it("is there", () => {
    expect(pages.length).toBeGreaterThanOrEqual(28);
  });

  it.each(pages)("$name has a title, one sentence, and the sections in their order", ({ lines }) => {
    expect(lines[0]).toMatch(/^# \S/);
    const sentence = lines
      .slice(
        1,
        lines.findIndex((line) => line.startsWith("## ")),
      )
      .join(" ")
      .trim();
    expect(sentence).toMatch(/^[^#|<].*\.$/);
    const headings = sectionsOf(lines).map(({ heading }) => heading);
    expect(headings.filter((heading) => heading !== "Further")).toEqual(skeleton);
    if (headings.includes("Further")) expect(headings.at(-1)).toBe("Further");
  });

  it.each(pages)("$name has a table of options and errors", ({ lines }) => {
    const options = sectionsOf(lines).find(({ heading }) => heading === "Options and errors");
    expect(options?.text.filter((line) => /^\|(\s*:?-+:?\s*\|)+$/.test(line))).not.toEqual([]);
  });

  it.each(pages)("$name draws how it works", ({ lines }) => {
    const how = sectionsOf(lines).find(({ heading }) => heading === "How it works");
    const opened = how?.text.indexOf("```text") ?? -1;
    expect(opened).toBeGreaterThanOrEqual(0);
    const drawing = how?.text.slice(opened + 1, how.text.indexOf("```", opened + 1)) ?? [];
    expect(drawing.length).toBeGreaterThan(4);
    expect(drawing.join("")).toMatch(/[│─┌└├►▼]/);
  });

  it.each(pages)("$name shows code that comes from a file, and none that does not", ({ lines }) => {
    const fences = lines.flatMap((line, index) => (/^```(ts|js)\b/.test(line) ? [index] : []));
    expect(fences.length).toBeGreaterThan(0);
    for (const fence of fences)
      expect(lines.slice(fence - 2, fence).join(""), `line ${fence + 1}`).toMatch(/<!-- snippet: \S+ -->$/);
  });
});

/** The sections of the second level; marks inside code are none. */
function sectionsOf(lines: readonly string[]): { heading: string; text: string[] }[] {
  const sections: { heading: string; text: string[] }[] = [];
  let inCode = false;
  for (const line of lines) {
    if (line.startsWith("```")) inCode = !inCode;
    if (!inCode && line.startsWith("## ")) sections.push({ heading: line.slice(3), text: [] });
    else sections.at(-1)?.text.push(line);
  }
  return sections;
}
