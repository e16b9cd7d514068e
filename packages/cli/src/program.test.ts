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

  const why = "--reason because";

  it.each([
    `limits add x --scope user --window 1/minute`,
    "limits remove x --yes",
    "overrides grant --user a --multiply 2 --for 1h",
    "overrides revoke x",
    "breaker open x --for 1m --yes",
    "breaker reset x",
    "emergency shadow --for 1m --yes",
    "emergency end",
    "reputation reset --user a",
    "reset --user a --yes",
  ])("%s takes a reason of 3 to 500 characters and a name of 1 to 200", async (line) => {
    for (const [option, words, range, shown] of [
      ["--reason", "ab", "3 to 500 characters", 'got "ab"'],
      ["--reason", " a ", "3 to 500 characters", 'got " a "'],
      ["--reason", "a".repeat(501), "3 to 500 characters", "(503 characters)"],
      ["--author", " ", "1 to 200 characters", 'got " "'],
      ["--author", "a".repeat(201), "1 to 200 characters", "(203 characters)"],
    ] as const) {
      const good = option === "--reason" ? [] : ["--reason", "because"];
      const { exitCode, err } = run(line, {}, [option, words, ...good]);
      expect(await exitCode).toBe(2);
      expect(err()).toContain(`error: ${option} must be a text of ${range}, got `);
      expect(err()).toContain(shown);
      expect(err().length).toBeLessThan(250);
    }
    // Both ends are in: what is missing then is a Redis.
    for (const length of [3, 500]) {
      const { exitCode, err } = run(line, {}, ["--reason", "a".repeat(length), "--author", "b".repeat(200)]);
      expect(await exitCode).toBe(2);
      expect(err()).toContain("which Redis?");
    }
  });

  it.each([
    [
      "limits add x --scope user --window 1/minute --priority abc",
      "--priority <number>",
      "-1000000 to 1000000, got abc.",
    ],
    [
      "limits add x --scope user --window 1/minute --priority 1e7",
      "--priority <number>",
      "-1000000 to 1000000, got 1e7.",
    ],
    ["limits add x --scope user --window 1/minute --priority 0x10", "--priority <number>", "got 0x10."],
    ["limits add x --scope user --window 1/minute --priority=", "--priority <number>", "got ."],
    [
      "overrides grant --user a --for 1h --multiply abc",
      "--multiply <factor>",
      "It must be a number above 0, got abc.",
    ],
    ["overrides grant --user a --for 1h --multiply=", "--multiply <factor>", "It must be a number above 0, got ."],
    ["overrides grant --user a --for 1h --multiply Infinity", "--multiply <factor>", "got Infinity."],
    ["overrides grant --user a --for 1h --multiply=-2", "--multiply <factor>", "got -2."],
    ["top --interval 0x1", "--interval <seconds>", "It must be seconds from 0.2 to 60, got 0x1."],
  ])("%s is wrong: it names the option, the range and the value", async (line, option, complaint) => {
    const { exitCode, err } = run(line.startsWith("top") ? line : `${line} ${why}`);
    expect(await exitCode).toBe(2);
    expect(err()).toContain(`option '${option}'`);
    expect(err()).toContain(complaint);
  });

  it("takes priorities and factors as they are written", async () => {
    for (const line of [
      "limits add x --scope user --window 1/minute --priority -5",
      "limits add x --scope user --window 1/minute --priority 1e6",
      "overrides grant --user a --for 1h --multiply .5",
    ]) {
      const { exitCode, err } = run(`${line} ${why}`);
      expect(await exitCode).toBe(2);
      expect(err()).toContain("which Redis?");
    }
  });

  it.each([
    ["overrides grant --user a --user b --multiply 2 --for 1h", "--user <user>"],
    ["overrides grant --user a --multiply 2 --multiply 3 --for 1h", "--multiply <factor>"],
    ["overrides grant --user a --multiply 2 --for 1h --for=2h", "--for <time>"],
    ["overrides grant --api-key s3cret --api-key s3cret2 --allow --for 1h", "--api-key <key>"],
    ["reputation reset --user a --user a", "--user <user>"],
    ["reset --policy a --policy b", "--policy <policy>"],
    ["limits add x --scope user --scope role --window 1/minute", "--scope <scope>"],
    ["limits add --file a --file b", "--file <path>"],
    ["limits add x --scope user --window 1/minute --reason again", "--reason <text>"],
    ["breaker open x --for 1m --name a --name b", "--name <engine>"],
    ["emergency end --redis redis://a --redis redis://b", "--redis <url>"],
  ])("%s names one thing twice: nothing of it is dropped without a word", async (line, option) => {
    const { exitCode, err } = run(`${line} ${why}`);
    expect(await exitCode).toBe(2);
    expect(err()).toBe(`error: option '${option}' may be given only once\n`);
  });

  it("says what may have been meant on a line of its own", async () => {
    const { exitCode, err } = run("limts");
    expect(await exitCode).toBe(2);
    expect(err()).toBe("error: unknown command 'limts'\n(Did you mean limits?)\n");
  });

  it("takes again what may be given more than once", async () => {
    const more = "--window 1/minute --window 5/hour --value a --value b --per user --per tenant";
    const { exitCode, err } = run(`limits add x --scope user ${more} ${why}`);
    expect(await exitCode).toBe(2);
    expect(err()).toContain("which Redis?");
  });

  it.each([
    ["limits\u001B[2J"],
    ["--odd\u001B[2J"],
    ["limits", "list", "--timeout", "1\u001B[2J\n\u009B2J"],
    ["overrides", "grant", "--user", "a", "--for", "\u001B[2J\u202E", "--reason", "because"],
    ["limits", "add", "x", "--scope", "user", "--window", "\u001B[2J", "--reason", "because"],
  ])("prints nothing of a wrong word raw: %j", async (...words) => {
    const { exitCode, err } = run("", {}, words);
    expect(await exitCode).toBe(2);
    expect(err()).toContain(String.raw`\u001b[2J`);
    expect(err()).toMatch(/^[^\p{Cc}\p{Cf}]+\n$/u);
  });
});
