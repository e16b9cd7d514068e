import { defineConfig } from "vitest/config";

const conditions = ["@sluice/source"];
const never = ["**/node_modules/**", "**/dist/**"];

// The process is their subject: what it has loaded and in which order, what keeps it alive, its clock, its memory.
const apart = [
  "packages/core/src/clock/clock.test.ts",
  "packages/simulators/src/http/beside-another-server.test.ts",
  "packages/simulators/src/slack/start-slack-simulator.test.ts",
  "packages/telemetry/src/tracing/not-imported.test.ts",
  "test/soak/*.test.ts",
];
// They measure what neighbours spoil, so they come when the others are done, two at a time at most.
const timed = [
  "examples/demo/test/*.test.ts",
  "test/bench/src/**/*.test.ts",
  "packages/http/src/{scenarios/brute-force.redis,testing/load}.test.ts",
  "packages/limiter/src/breaker/cost.test.ts",
  "packages/policy/src/resolution/speed.test.ts",
  "packages/telemetry/src/overhead.test.ts",
];
// The others leave nothing behind in the process, so the next file may use it: that saves a start, and loading the SDKs again.
const all = ["packages/*/src/**/*.test.ts", "examples/*/test/**/*.test.ts", "test/**/*.test.ts"];

/** Groups run one after the other. */
function project(name: string, files: { include: string[]; exclude: string[] }, group: number, isolate = true) {
  const sequence = { groupOrder: group };
  const setupFiles = isolate ? [] : ["packages/kit/src/store/fresh-memory.test-support.ts"];
  const workers = { isolate, maxWorkers: group === 0 ? 3 : 2 };
  return { extends: true as const, test: { name, ...files, ...workers, setupFiles, sequence } };
}

export default defineConfig({
  resolve: { conditions: [...conditions, "module", "node"] },
  ssr: { resolve: { conditions: [...conditions, "node"], externalConditions: conditions } },
  test: {
    projects: [
      project("tidy", { include: all, exclude: [...never, ...apart, ...timed] }, 0, false),
      project("apart", { include: apart, exclude: never }, 0),
      project("timed", { include: timed, exclude: never }, 1),
    ],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Real servers on shared machines: a neighbour may take the processor for a second, twice in a row it is ours.
    retry: process.env["CI"] === undefined ? 0 : 1,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "**/*.test-support.ts", "**/*.testing.ts", "**/generated/**"],
      reporter: ["text-summary", "json-summary", "text"],
    },
  },
});
