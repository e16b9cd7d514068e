import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { finding, pictures } from "../src/effect/draw.js";
import { compare, type DemoFigures } from "../src/effect/figures.js";

const root = new URL("../../", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), "utf8");
const figures = JSON.parse(read("docs/effect/demo.json")) as DemoFigures;

describe("the picture of the README", () => {
  it("shows the figures of demo.json, byte for byte, and no picture is left over", () => {
    const drawn = pictures(figures);
    for (const [file, svg] of drawn) expect(read(`docs/effect/${file}`), file).toBe(svg);
    const files = readdirSync(new URL("docs/effect/", root)).filter((file) => file.endsWith(".svg"));
    expect(files.toSorted()).toEqual([...drawn.keys()].toSorted());
  });

  it("would be another, were one request more refused", () => {
    const [first, ...rest] = figures.phases;
    const others = { ...figures, phases: [{ ...first, refused: (first?.refused ?? 0) + 1 }, ...rest] } as DemoFigures;
    for (const [file, svg] of pictures(others)) expect(read(`docs/effect/${file}`), file).not.toBe(svg);
  });

  it("stands in the README with its finding in words, for light pages and dark ones", () => {
    const readme = read("README.md");
    expect(readme).toContain(`alt="${finding(compare(figures))}"`);
    for (const file of pictures(figures).keys()) expect(readme).toContain(`"docs/effect/${file}"`);
  });

  it("names every count that it shows as a bar", () => {
    for (const { provider, plain, factory } of compare(figures)) {
      for (const { refused, requests } of [plain, factory]) {
        const label = `${refused.toLocaleString("en-US")} of ${requests.toLocaleString("en-US")}`;
        expect(read("docs/effect/effect.svg"), provider).toContain(`>${label}<`);
      }
    }
  });

  it("is not drawn from half a comparison", () => {
    const half = { ...figures, phases: figures.phases.filter(({ how }) => how === "plain") };
    expect(() => pictures(half)).toThrow("the figures have half of slack");
  });
});
