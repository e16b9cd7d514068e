import type { Redis } from "ioredis";

/** What the client takes from its queue for each answer. */
interface Asked {
  readonly command: {
    readonly name: string;
    readonly args: readonly unknown[];
    resolve(answer: unknown): void;
    reject(error: unknown): void;
  };
}

const NOBODY = "nobody";

/**
 * Ends the connection at the first answer that nobody asked for: the next ones would be taken for answers to other questions. The client
 * by itself goes on, and an empty answer of that kind ends the process. To be called for each new connection.
 */
export function leaveWhenUnasked(client: Redis): void {
  const { stream } = client;
  const queue = Reflect.get(client, "commandQueue") as { shift?: () => Asked | undefined } | undefined;
  const shift = queue?.shift;
  if (queue === undefined || shift === undefined) return;
  // Only an answer that is being read finds somebody in the empty queue: whoever empties the queue must come to an end.
  let reading = false;
  const leave = (goOn: boolean): void => {
    reading = goOn;
    stream.destroy();
  };
  const nobody: Asked = {
    command: {
      name: NOBODY,
      args: [],
      resolve: () => leave(true),
      reject: (error) => leave((error as { command?: { name?: unknown } }).command?.name === NOBODY),
    },
  };
  queue.shift = () => {
    const asked = shift.call(queue);
    if (asked !== undefined || !reading) return asked;
    reading = false;
    return nobody;
  };
  stream.prependListener("data", () => (reading = true));
  stream.on("data", () => (reading = false));
}
