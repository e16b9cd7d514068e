import { describe, expect, it } from "vitest";
import { run } from "../terminal.test-support.js";

// Nothing listens there: who gets as far as asking Redis ends with 1.
const line = "emergency disable --for 5m --reason because --redis redis://127.0.0.1:1 --timeout 100";

describe("a dangerous command", () => {
  it.each(["yes", "YES ", "yes\n"])("goes on when %j is typed", async (answer) => {
    const questions: string[] = [];
    const ask = async (question: string): Promise<string> => (questions.push(question), answer);
    expect(await run(line, { ask }).exitCode).toBe(1);
    expect(questions).toEqual(["No policy is asked under engine default for 5m. Type yes to go on: "]);
  });

  it.each(["", "y", "no", "yes please"])("changes nothing when %j is typed", async (answer) => {
    const { exitCode, err } = run(line, { ask: async () => answer });
    expect(await exitCode).toBe(4);
    expect(err()).toBe("error: not confirmed, nothing was changed\n");
  });

  it("asks nobody with --yes", async () => {
    const ask = (): Promise<string> => Promise.reject(new Error("asked"));
    expect(await run(`${line} --yes`, { ask }).exitCode).toBe(1);
  });
});
