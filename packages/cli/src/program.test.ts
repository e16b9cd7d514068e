import { describe, expect, it } from "vitest";
import { run } from "./terminal.test-support.js";

describe("the command line", () => {
  it("prints its version", async () => {
    const { exitCode, out } = run("--version");
    expect(await exitCode).toBe(0);
    expect(out()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(["--help", "help", "simulate --help", "help simulate"])("prints help for %j", async (line) => {
    const { exitCode, out, err } = run(line);
    expect(await exitCode).toBe(0);
    expect(out()).toContain("Usage: sluice");
    expect(err()).toBe("");
  });

  it("names its exit codes and every option", async () => {
    const program = run("--help");
    const simulate = run("simulate --help");
    await Promise.all([program.exitCode, simulate.exitCode]);
    expect(program.out()).toContain(
      "Exit codes: 0 done, 1 could not be done, 2 wrong command line, 3 the answer is no, 4 not confirmed.",
    );
    for (const option of ["--port", "--speed", "--no-enforce", "--latency", "--stranger", "--json"]) {
      expect(simulate.out()).toContain(option);
    }
  });

  it.each([
    ["", "Usage: sluice"],
    ["odd", "unknown command 'odd'"],
    ["simulate", "missing required argument 'provider'"],
    ["simulate odd", "Allowed choices are slack, github, gitlab, s3, keycloak, kubernetes."],
    ["simulate slack github", "too many arguments"],
    ["simulate slack --odd", "unknown option '--odd'"],
    ["simulate slack --port 65536", "It must be a whole number from 0 to 65535, got 65536."],
    ["simulate slack --port 1.5", "It must be a whole number from 0 to 65535, got 1.5."],
    ["simulate slack --speed 0", "It must be a number above 0, got 0."],
    ["simulate slack --speed fast", "It must be a number above 0, got fast."],
    ["simulate slack --latency 80-20", "It must be milliseconds, or a range of them such as 20-80, got 80-20."],
    ["simulate slack --latency=-1", "It must be milliseconds, or a range of them such as 20-80, got -1."],
    ["simulate slack --latency 1-2-3", "It must be milliseconds, or a range of them such as 20-80, got 1-2-3."],
    ["simulate slack --stranger 1.1", "It must be a number above 0 and at most 1, got 1.1."],
    ["simulate keycloak --stranger 0.5", "Keycloak publishes no limits"],
    ["simulate keycloak --no-enforce", "Keycloak publishes no limits"],
  ])("%j is wrong: it says how and ends with 2", async (line, complaint) => {
    const { exitCode, out, err } = run(line);
    expect(await exitCode).toBe(2);
    expect(err()).toContain(complaint);
    expect(out()).toBe("");
    if (line.startsWith("simulate"))
      expect(err()).toContain("Providers: slack, github, gitlab, s3, keycloak, kubernetes");
  });
});
