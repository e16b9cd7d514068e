import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import root from "../../vitest.config.js";

/**
 * A mutant's run ends with the first test that fails, so those come first that are likely to: the tests beside the sources that are
 * mutated, and the quick before those on a real clock.
 */
class LikelyFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const costs = new Map(files.map((file) => [file, this.#cost(file)]));
    return files.toSorted((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0));
  }

  #cost({ moduleId, project }: TestSpecification): number {
    const path = relative(this.ctx.config.root, moduleId);
    const last = this.ctx.cache.getFileTestResults(`${project.name}:${path}`);
    const beside = path.includes(`/src/${process.env["MUTATED_FOLDER"] ?? ""}/`);
    const hourMs = 3_600_000;
    return (beside ? 0 : hourMs) + (last?.duration ?? 0);
  }
}

/** The tests that stand beside the sources of one package; the run says which by `dir`. */
export default defineConfig({
  ...root,
  // Within the copy that is tested, for `node_modules` is the one of the repository.
  cacheDir: "reports/vite",
  test: {
    ...inOneProject(root.test),
    include: ["**/*.test.ts"],
    // What measures time would measure the instruments.
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.redis.test.ts", "**/cost.test.ts"],
    setupFiles: [fileURLToPath(new URL("no-shrinking.ts", import.meta.url))],
    retry: 0,
    // Several times what the longest takes: many a mutant makes a test wait for ever, and each costs this.
    testTimeout: 7500,
    sequence: { sequencer: LikelyFirst },
  },
});

/** Without the suite's projects: what a test leaves behind in a process that others use too, a mutant could as well. */
function inOneProject({ projects: _projects, ...shared }: NonNullable<typeof root.test> = {}) {
  return shared;
}
