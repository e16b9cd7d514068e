/** What a child process can be asked for, by name. */
export type Handlers = Readonly<Record<string, (orders: never) => unknown>>;

/** A question on its way to a child. */
export interface Question {
  readonly number: number;
  readonly name: string;
  readonly orders: unknown;
}

/** An answer on its way back, or something said without a question. */
export type Message =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly failed: string }
  | { readonly event: unknown };

/** In a child: answers what the parent asks, one at a time or several at once, until the parent goes. */
export function serve(handlers: Handlers): void {
  process.on("message", (question: Question) => {
    const handler = handlers[question.name] as ((orders: unknown) => unknown) | undefined;
    void answer(question, handler);
  });
  process.on("disconnect", () => process.exit(0));
}

/** In a child: says something without having been asked. */
export function tell(event: unknown): void {
  process.send?.({ event } satisfies Message);
}

async function answer(question: Question, handler: ((orders: unknown) => unknown) | undefined): Promise<void> {
  const { number, name, orders } = question;
  try {
    if (handler === undefined) throw new Error(`nobody here answers ${name}`);
    process.send?.({ number, answer: await handler(orders) } satisfies Message);
  } catch (error) {
    process.send?.({ number, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
