import { defineConfig } from "vitest/config";

const conditions = ["@sluice/source"];

export default defineConfig({
  resolve: { conditions: [...conditions, "module", "node"] },
  ssr: { resolve: { conditions: [...conditions, "node"], externalConditions: conditions } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "examples/*/test/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Real servers on shared machines: a neighbour may take the processor for a second, twice in a row it is ours.
    retry: process.env["CI"] === undefined ? 0 : 1,
    maxWorkers: 2,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "**/*.test-support.ts", "**/*.testing.ts", "**/generated/**"],
      reporter: ["text-summary", "json-summary", "text"],
    },
  },
});
