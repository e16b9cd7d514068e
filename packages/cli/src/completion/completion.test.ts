import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { run } from "../terminal.test-support.js";

const execute = promisify(execFile);

async function scriptFor(shell: string): Promise<string> {
  const { exitCode, out } = run(`completion ${shell}`);
  expect(await exitCode).toBe(0);
  return out();
}

/** What bash offers after these words, of which the last is the beginning of one. */
async function offered(script: string, ...words: readonly string[]): Promise<string[]> {
  const typed = ["sluice", ...words].map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execute("bash", ["--norc", "-c", `${script}\n${ask}`]);
  return stdout.split("\n").filter(Boolean);
}

describe("completion", { timeout: 30_000 }, () => {
  it("completes commands, their commands, options and choices in bash", async () => {
    const script = await scriptFor("bash");
    expect(await offered(script, "li")).toEqual(["limits"]);
    expect(await offered(script, "limits", "")).toEqual(["list", "show", "add", "remove", "--help"]);
    expect(await offered(script, "overrides", "grant", "--un")).toEqual(["--under", "--unlimited"]);
    expect(await offered(script, "emergency", "--json", "sha")).toEqual(["shadow"]);
    expect(await offered(script, "simulate", "git")).toEqual(["github", "gitlab"]);
    expect(await offered(script, "completion", "")).toEqual(["bash", "zsh", "fish", "--help"]);
  });

  it("knows every command in every shell", async () => {
    const program = run("--help");
    await program.exitCode;
    const commands = [...program.out().matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => String(name));
    expect(commands.length).toBeGreaterThan(12);
    for (const shell of ["bash", "zsh", "fish"]) {
      const script = await scriptFor(shell);
      for (const name of commands.filter((one) => one !== "help")) expect(script).toMatch(new RegExp(`\\b${name}\\b`));
      expect(script).toContain("unlimited");
    }
  });

  it("refuses other shells", async () => {
    const { exitCode, err } = run("completion powershell");
    expect(await exitCode).toBe(2);
    expect(err()).toContain("Allowed choices are bash, zsh, fish.");
  });
});
