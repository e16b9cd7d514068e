import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Handlers, Message, Question } from "./serve.js";

/** A process that answers questions; what it prints goes to stderr. */
export interface Child<Answers extends Handlers> extends AsyncDisposable {
  readonly pid: number;
  /** @throws Error with the child's own words when it fails, or when it ends before it has answered. */
  ask<Name extends keyof Answers & string>(
    name: Name,
    orders: Parameters<Answers[Name]>[0],
  ): Promise<Awaited<ReturnType<Answers[Name]>>>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** How to start a child. */
export interface ChildOptions {
  readonly nodeArguments?: readonly string[];
  /** Called with whatever the child tells unasked. */
  readonly onEvent?: (event: unknown) => void;
}

/** Starts a compiled worker, named by its place in `dist`: children run what was built. */
export function startChild<Answers extends Handlers>(worker: string, options: ChildOptions = {}): Child<Answers> {
  const file = fileURLToPath(new URL(`../../dist/${worker}`, import.meta.url));
  const child = fork(file, { execArgv: [...(options.nodeArguments ?? [])], stdio: ["ignore", 2, 2, "ipc"] });
  const open = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  let gone = false;

  child.on("message", (message: Message) => {
    if ("event" in message) return options.onEvent?.(message.event);
    const question = open.get(message.number);
    open.delete(message.number);
    if ("failed" in message) question?.reject(new Error(`${worker}: ${message.failed}`));
    else question?.resolve(message.answer);
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      gone = true;
      for (const { reject } of open.values()) reject(new Error(`${worker} ended (${signal ?? code})`));
      open.clear();
      resolve();
    });
  });
  const kill = async (): Promise<void> => {
    if (!gone) child.kill("SIGKILL");
    await ended;
  };
  return {
    pid: child.pid ?? 0,
    async ask<Name extends keyof Answers & string>(
      name: Name,
      orders: Parameters<Answers[Name]>[0],
    ): Promise<Awaited<ReturnType<Answers[Name]>>> {
      if (gone) throw new Error(`${worker} has ended`);
      asked += 1;
      const question: Question = { number: asked, name, orders };
      const answer = new Promise<unknown>((resolve, reject) => open.set(question.number, { resolve, reject }));
      child.send(question);
      return (await answer) as Awaited<ReturnType<Answers[Name]>>;
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
