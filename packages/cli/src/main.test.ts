import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Exit code, once it has ended and all it wrote was read. */
  readonly ended: Promise<number | null>;
}

function start(...args: string[]): Started {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, out: () => out, err: () => err, ended };
}

async function urlOf({ out }: Started): Promise<string> {
  await expect.poll(() => /"url":"([^"]+)"/.exec(out())?.[1], { timeout: 15_000 }).toBeDefined();
  return /"url":"([^"]+)"/.exec(out())?.[1] ?? "";
}

describe("the program as a process", { timeout: 60_000 }, () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends cleanly on %s in the middle of a request, and sums up",
    async (signal) => {
      const started = start("simulate", "slack", "--json");
      const url = await urlOf(started);
      await fetch(`${url}api.test`, { method: "POST" });
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      await once(socket, "connect");
      socket.write("POST /api/api.test HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
      // Cut off it may be with or without an error.
      const cut = new Promise((resolve) => socket.on("error", () => undefined).on("close", resolve));
      started.child.kill(signal);
      expect(await started.ended).toBe(0);
      await cut;
      expect(JSON.parse(started.out().trim().split("\n").at(-1) ?? "")).toMatchObject({
        provider: "slack",
        requests: 1,
      });
      expect(started.err()).toBe("");
    },
  );

  it("says in one line, and ends with 1, when what it prints cannot be written", async () => {
    for (const args of [["--version"], ["completion", "bash"], ["simulate", "slack", "--json"]]) {
      const full = openSync("/dev/full", "w");
      const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", full, "pipe"] });
      onTestFinished(() => void child.kill("SIGKILL"));
      closeSync(full);
      let err = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
      const [code] = (await once(child, "close")) as [number | null];
      expect([args, code, err]).toEqual([args, 1, "error: cannot write: ENOSPC\n"]);
    }
  });

  it("ends with 0 when whoever reads has seen enough", async () => {
    const started = start("simulate", "slack", "--json");
    await urlOf(started);
    started.child.stdout?.destroy();
    started.child.kill("SIGINT");
    expect([await started.ended, started.err()]).toEqual([0, ""]);
  });

  it("ends with 2 and the providers when it is called wrongly, with 1 when it cannot listen", async () => {
    const running = start("simulate", "s3", "--json");
    const { port } = new URL(await urlOf(running));
    const [wrong, taken, version] = [
      start("simulate", "ftp"),
      start("simulate", "s3", "--port", port),
      start("--version"),
    ];
    expect(await Promise.all([wrong.ended, taken.ended, version.ended])).toEqual([2, 1, 0]);
    expect(wrong.err()).toContain("Allowed choices are slack, github, gitlab, s3, keycloak, kubernetes.");
    expect(taken.err()).toContain(`port ${port} is taken`);
    expect(version.out()).toMatch(/^\d+\.\d+\.\d+\n$/);
    running.child.kill("SIGINT");
    expect(await running.ended).toBe(0);
  });
});
