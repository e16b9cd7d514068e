import { connect } from "node:net";

/**
 * Sends commands to a server over a connection of their own and answers the reply's bytes up to the point where
 * `until` is satisfied. No client library: this also tells a server that is up from a client that is still retrying.
 */
export function ask(
  port: number,
  commands: readonly (readonly string[])[],
  until: (reply: string) => boolean,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let reply = "";
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Error(`${reason}${reply ? `, after ${JSON.stringify(reply.slice(0, 200))}` : ""}`));
    };
    const timer = setTimeout(() => fail(`no full reply within ${timeoutMs} ms`), timeoutMs);
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(commands.map(encode).join("")));
    socket.on("data", (text: string) => {
      reply += text;
      if (!until(reply)) return;
      resolve(reply);
      socket.destroy();
    });
    socket.on("error", (error) => fail(error.message));
    socket.on("close", () => {
      clearTimeout(timer);
      fail("the connection ended");
    });
  });
}

/** A command as the array of bulk strings that servers read. */
function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}
