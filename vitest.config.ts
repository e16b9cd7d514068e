import { defineConfig } from "vitest/config";

const conditions = ["@sluice/source"];
const never = ["**/node_modules/**", "**/dist/**"];

// Their tests leave nothing behind in the process, so the next file may use it: that saves a start, and loading the SDKs again.
const tidy = [
  "packages/{limiter,limiter-redis,telemetry,policy,kit,http,cli,simulators}/src/**/*.test.ts",
  "packages/{slack,github,gitlab,aws,keycloak,kubernetes}/src/**/*.test.ts",
  "test/{docs,src}/**/*.test.ts",
];
// What the process has loaded, and in which order, is their subject.
const alone = [
  "packages/telemetry/src/tracing/not-imported.test.ts",
  "packages/simulators/src/http/beside-another-server.test.ts",
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
      project("tidy", { include: tidy, exclude: [...never, ...timed, ...alone] }, 0, false),
      project("apart", { include: all, exclude: [...never, ...timed, ...tidy] }, 0),
      project("alone", { include: alone, exclude: never }, 0),
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
