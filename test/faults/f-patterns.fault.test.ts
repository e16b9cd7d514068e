import { parseRetryAfter, scrubText, show } from "@sluice/core";
import { matchOperations } from "@sluice/core/fetch";
import { createFetchApi } from "@sluice/kit";
import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { codeOf, cpuMs, hostileText, ms, outcomeOf, QUICK_RUNS } from "./f-support.js";
import { fault } from "./fault.js";

/** What would hang an engine that tries all ways. */
const greedy = ["(a+)+$", "(a|a)*b", "(.*)*x", "a**", "**/**", "{a}{b}", "{a}/{a}/{a}", "(?=a)", "[a-z]+", "\\1", "^$"];

/** The least of so many times: the machine may stand still in one. */
function leastMs(times: number, work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time += 1) {
    const sinceMs = performance.now();
    work();
    least = Math.min(least, performance.now() - sinceMs);
  }
  return least;
}

fault(
  {
    id: "F11",
    fault: "patterns like (a+)+$, and paths of 28 and of 10 000 characters",
    expected: "taken literally or refused, matched within 50 ms",
  },
  async () => {
    let longestMs = 0;
    let refused = 0;
    for (const pattern of greedy)
      for (const path of [`/${pattern}`, `/{x}/${pattern}`, `/${"{x}/a/".repeat(200)}${pattern}`]) {
        const outcome = await outcomeOf(() => matchOperations([`GET ${path}`]));
        if ("error" in outcome) {
          expect(codeOf(outcome)).toBe("CONFIG_INVALID");
          refused += 1;
          continue;
        }
        const match = outcome.value as ReturnType<typeof matchOperations>;
        for (const asked of [`/${"a".repeat(28)}!`, `/${"a".repeat(10_000)}!`, `/${"a/".repeat(5000)}`]) {
          const tookMs = leastMs(3, () => match("GET", asked));
          longestMs = Math.max(longestMs, tookMs);
        }
        // What is no parameter stands for itself alone.
        expect(matchOperations([`GET /${pattern}`.replaceAll(/[{}*]/g, "")])("GET", "/aaaa")).toBeUndefined();
      }
    // Ways that branch at each part: as many as a set of patterns of this size can have.
    const branching = Array.from(
      { length: 1024 },
      (_, bits) => `GET /${Array.from({ length: 10 }, (_part, at) => ((bits >> at) & 1 ? "{x}" : "a")).join("/")}`,
    );
    const match = matchOperations(branching);
    const eachMs = leastMs(20, () => expect(match("GET", `/${"a/".repeat(5000)}`)).toBeUndefined());
    expect(Math.max(longestMs, eachMs)).toBeLessThan(50);
    return `10 000 characters took ${ms(longestMs)} at most, 1 024 patterns that branch ${ms(eachMs)}; ${refused} patterns refused`;
  },
);

fault(
  {
    id: "F11",
    fault: "operation patterns and paths of any text",
    expected: "a pattern that was given, or none; a ConfigError for what is no pattern",
  },
  async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            hostileText(40),
            hostileText(20).map((text) => `GET /${text}`),
            fc.anything(),
          ),
          { maxLength: 6 },
        ),
        fc.array(hostileText(60), { maxLength: 8 }),
        async (patterns, paths) => {
          const outcome = await outcomeOf(() => matchOperations(patterns as string[]));
          const api = await outcomeOf(() =>
            createFetchApi({
              provider: "p",
              account: "a",
              operation: patterns as string[],
              quota: () => [],
              env: {},
            }).close(),
          );
          if ("error" in outcome) {
            expect(outcome.error).toMatchObject({ code: "CONFIG_INVALID", option: "operation" });
            expect(codeOf(api)).toBe("CONFIG_INVALID");
            return;
          }
          made += 1;
          expect(codeOf(api)).toBeUndefined();
          for (const path of [...paths, ...paths.map((text) => `/${text}`)])
            for (const method of ["GET", "*", "__proto__", path])
              expect([undefined, ...patterns]).toContain(
                (outcome.value as ReturnType<typeof matchOperations>)(method, path),
              );
        },
      ),
      {
        numRuns: QUICK_RUNS,
        examples: [
          [[Object.create(null)], []],
          [["GET /__proto__", "GET /constructor"], ["/__proto__"]],
        ],
      },
    );
    return `${QUICK_RUNS} sets of patterns, ${made} of them fit; every answer was one of them`;
  },
);

fault(
  {
    id: "F11",
    fault: "long and repetitive texts in what reads headers and errors",
    expected: "10 000 characters within 50 ms of processor time, 1 MiB within 500 ms",
  },
  async () => {
    const figures: number[] = [];
    for (const [length, mostMs] of [
      [10_000, 50],
      [1024 * 1024, 500],
    ] as const)
      for (const unit of ["0", " ", "a", "xoxb-", "Bearer ", "\n", "://a:", "%", "\ud800", "secret=", "eyJ."]) {
        const text = unit.repeat(Math.ceil(length / unit.length));
        const tries = [0, 1, 2].map(() => {
          const since = process.cpuUsage();
          parseRetryAfter(text, 0);
          parseRetryAfter(`Sun, 06 Nov ${text} GMT`, 0);
          show(text);
          scrubText(text, ["planted-secret"]);
          return cpuMs(since);
        });
        const tookMs = Math.min(...tries);
        expect(tookMs, JSON.stringify(unit)).toBeLessThan(mostMs);
        figures.push(tookMs);
      }
    return `longest ${ms(Math.max(...figures))} for 1 MiB`;
  },
);

/** Sources of all packages, without their tests. */
function sources(folder: URL): URL[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "generated") return [];
    if (entry.isDirectory()) return sources(new URL(`${entry.name}/`, folder));
    return entry.name.endsWith(".ts") && !/\.test(?:-support|-d)?\.ts$/.test(entry.name)
      ? [new URL(entry.name, folder)]
      : [];
  });
}

/** Where a regular expression is put together: of texts that stand in the same package, never of a user's. */
const fromOurOwn: Readonly<Record<string, number>> = {
  // The forms of a date, spelled out above.
  "core/src/retry/retry-after.ts": 3,
  // GitLab's published paths.
  "gitlab/src/quota/endpoints.ts": 1,
  // The same literal with another flag.
  "telemetry/src/labels/label-text.ts": 1,
};

fault(
  {
    id: "F11",
    fault: "a regular expression of a user's, anywhere in the packages",
    expected: "none is ever compiled: RegExp is made of our own texts only, in known places",
  },
  async () => {
    const packages = new URL("../../packages/", import.meta.url);
    const found: Record<string, number> = {};
    let read = 0;
    for (const { name } of readdirSync(packages, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      // Simulators play the provider, and take nothing from a user of ours.
      if (name === "simulators") continue;
      for (const file of sources(new URL(`${name}/src/`, packages))) {
        read += 1;
        const source = readFileSync(file, "utf8");
        const made = source.match(/\bRegExp\s*\(|\.(?:match|matchAll|search)\(\s*(?!\/)[\w$.]+/g) ?? [];
        if (made.length > 0) found[file.href.slice(packages.href.length)] = made.length;
      }
    }
    expect(found).toEqual(fromOurOwn);
    return `${read} source files: ${Object.values(fromOurOwn).reduce((sum, count) => sum + count)} places, all of texts of our own`;
  },
);
