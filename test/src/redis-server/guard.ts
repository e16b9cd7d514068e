import { spawn } from "node:child_process";

/**
 * A shell that outlives this process: when this process ends, however it ends, the pipe between them closes and the
 * shell kills the server and removes its folder. An exit handler would miss a SIGKILL, as test runners send.
 */
const script = `trap '' INT TERM HUP; read -r _; kill -9 "$1" 2>/dev/null; rm -rf "$2"`;

/** Calls the guard off, once the server has ended in an orderly way. */
export interface Guard {
  dismiss(): void;
}

/** Lets `pid` and `directory` not outlive this process. */
export function guardProcess(pid: number, directory: string): Guard {
  const child = spawn("/bin/sh", ["-c", script, "redis-guard", String(pid), directory], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  child.unref();
  // The pipe must stay open without keeping this process alive.
  const pipe = child.stdin as typeof child.stdin & { unref?(): void };
  pipe.unref?.();
  pipe.on("error", () => {});
  return { dismiss: () => void child.kill("SIGKILL") };
}
