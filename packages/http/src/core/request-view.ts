/** A request as every framework has it; the adapters make one, all else only knows this. */
export interface RequestView<Request extends object> {
  /** The framework's own object, for the user's functions. */
  readonly request: Request;
  readonly method: string;
  /** As it came: path, query and all. */
  readonly target: string;
  /** The router's own pattern, such as `/users/:id`, with what it is mounted on; undefined before routing. */
  readonly route: string | undefined;
  /** Whether the router tells `/Login` from `/login`. */
  readonly caseSensitive: boolean;
  /** Address of the other end of the connection; undefined where the runtime does not tell. */
  readonly peer: string | undefined;
  /** Value of a header, several lines joined by commas. */
  header(name: string): string | undefined;
  /** Aborts when the client goes away before it is answered. */
  gone(): AbortSignal;
}

/** How a request ended. */
export interface RequestEnd {
  readonly status: number;
  /** The client went away before it was answered. */
  readonly aborted: boolean;
}

/** Fields of an answer, by name. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: string;
}

/** A request that goes on. */
export interface OnPassage<Context = unknown> {
  readonly kind: "on";
  /** To be set on whatever answers. */
  readonly headers: AnswerHeaders;
  readonly context: Context | undefined;
  /** To be called once, when the answer has ended or the client went away; undefined where nobody wants to know. */
  readonly ended: ((end: RequestEnd) => void) | undefined;
}

/** What becomes of a request: it goes on, or is answered here. */
export type Passage<Context = unknown> = OnPassage<Context> | { readonly kind: "answer"; readonly answer: Answer };

/** Decides what becomes of requests. */
export interface Gate<Request extends object, Context = unknown> {
  enter(view: RequestView<Request>): Passage<Context> | Promise<Passage<Context>>;
}

/** The request goes on, and nobody can tell that it was looked at. */
export const onward: OnPassage<never> = Object.freeze({
  kind: "on",
  headers: {},
  context: undefined,
  ended: undefined,
});
