import { request } from "node:http";

/** What a server said. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What is sent; headers exactly as given, also those that a browser would not let a page set. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks 127.0.0.1 over a connection of its own. */
export function ask(port: number, path: string, { method = "GET", headers = {}, body }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      answer.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** A stream of events, as far as it was read. */
export interface Events extends Disposable {
  readonly status: number;
  readonly headers: Answer["headers"];
  /** Everything that came so far. */
  text(): string;
  /** Data of all events of a kind so far. */
  of(event: string): unknown[];
  readonly ended: Promise<void>;
}

export function openEvents(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<Events> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      const ended = new Promise<void>((end) => answer.on("close", end));
      answer.on("error", () => {});
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        text: () => text,
        of: (event) =>
          [...text.matchAll(/event: (.+)\ndata: (.+)\n\n/g)]
            .filter(([, name]) => name === event)
            .map(([, , data]): unknown => JSON.parse(String(data))),
        ended,
        [Symbol.dispose]: () => void asked.destroy(),
      });
    });
    asked.on("error", reject);
    asked.end();
  });
}
