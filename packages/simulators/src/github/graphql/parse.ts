/** Variables of a request by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** A value that may depend on variables. */
export type ValueOf = (variables: Variables) => unknown;

/** A part of what is asked for. */
export type Selection =
  | {
      readonly kind: "field";
      readonly name: string;
      /** Name in the answer. */
      readonly alias: string;
      readonly args: Readonly<Record<string, ValueOf>>;
      readonly selections: readonly Selection[] | undefined;
      readonly directives: readonly Directive[];
    }
  | { readonly kind: "spread"; readonly fragment: string; readonly directives: readonly Directive[] }
  | {
      readonly kind: "inline";
      readonly on: string | undefined;
      readonly selections: readonly Selection[];
      readonly directives: readonly Directive[];
    };

export interface Directive {
  readonly name: string;
  readonly args: Readonly<Record<string, ValueOf>>;
}

export interface OperationNode {
  readonly type: "query" | "mutation";
  readonly name: string | undefined;
  readonly defaults: Readonly<Record<string, ValueOf>>;
  readonly selections: readonly Selection[];
}

export interface FragmentNode {
  readonly on: string;
  readonly selections: readonly Selection[];
}

/** A document, read. */
export interface DocumentNode {
  readonly operations: readonly OperationNode[];
  readonly fragments: ReadonlyMap<string, FragmentNode>;
}

const tokens =
  /[\s,]+|#[^\n]*|("""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[!$&()=:@[\]{|}])|./g;

/** Reads the part of GraphQL that requests need. Throws a `SyntaxError` at what it cannot read. */
export function parseDocument(source: string): DocumentNode {
  const words = [...source.matchAll(tokens)].flatMap(([whole, word]) => {
    if (word !== undefined) return [word];
    if (/^[\s,#]/.test(whole)) return [];
    throw new SyntaxError(`Unexpected ${JSON.stringify(whole)}`);
  });
  return new Reader(words).document();
}

/** Reads words one after another. */
class Reader {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  document(): DocumentNode {
    const operations: OperationNode[] = [];
    const fragments = new Map<string, FragmentNode>();
    while (this.#peek() !== undefined) {
      if (this.#skip("fragment")) {
        const name = this.#name();
        this.#expect("on");
        const on = this.#name();
        this.#directives();
        fragments.set(name, { on, selections: this.#selections() });
      } else operations.push(this.#operation());
    }
    if (operations.length === 0) throw new SyntaxError("Unexpected end of document");
    return { operations, fragments };
  }

  #operation(): OperationNode {
    if (this.#peek() === "{") {
      return { type: "query", name: undefined, defaults: {}, selections: this.#selections() };
    }
    const type = this.#next();
    if (type !== "query" && type !== "mutation") throw new SyntaxError(`Unexpected ${JSON.stringify(type)}`);
    const name = /^\w/.test(this.#peek() ?? "") ? this.#next() : undefined;
    const defaults: Record<string, ValueOf> = {};
    if (this.#skip("(")) {
      while (!this.#skip(")")) {
        this.#expect("$");
        const variable = this.#name();
        this.#expect(":");
        this.#type();
        if (this.#skip("=")) defaults[variable] = this.#value();
      }
    }
    this.#directives();
    return { type, name, defaults, selections: this.#selections() };
  }

  #selections(): readonly Selection[] {
    this.#expect("{");
    const selections: Selection[] = [];
    while (!this.#skip("}")) selections.push(this.#selection());
    return selections;
  }

  #selection(): Selection {
    if (this.#skip("...")) {
      if (this.#peek() !== "on" && this.#peek() !== "{" && this.#peek() !== "@") {
        return { kind: "spread", fragment: this.#name(), directives: this.#directives() };
      }
      const on = this.#skip("on") ? this.#name() : undefined;
      return { kind: "inline", on, directives: this.#directives(), selections: this.#selections() };
    }
    const first = this.#name();
    const name = this.#skip(":") ? this.#name() : first;
    const args = this.#arguments();
    const directives = this.#directives();
    const selections = this.#peek() === "{" ? this.#selections() : undefined;
    return { kind: "field", name, alias: first, args, directives, selections };
  }

  #arguments(): Readonly<Record<string, ValueOf>> {
    const args: Record<string, ValueOf> = {};
    if (!this.#skip("(")) return args;
    while (!this.#skip(")")) {
      const name = this.#name();
      this.#expect(":");
      args[name] = this.#value();
    }
    return args;
  }

  #directives(): readonly Directive[] {
    const directives: Directive[] = [];
    while (this.#skip("@")) directives.push({ name: this.#name(), args: this.#arguments() });
    return directives;
  }

  #value(): ValueOf {
    const word = this.#next();
    if (word === "$") {
      const name = this.#name();
      return (variables) => variables[name];
    }
    if (word === "[") {
      const items: ValueOf[] = [];
      while (!this.#skip("]")) items.push(this.#value());
      return (variables) => items.map((item) => item(variables));
    }
    if (word === "{") {
      const fields: [string, ValueOf][] = [];
      while (!this.#skip("}")) {
        const name = this.#name();
        this.#expect(":");
        fields.push([name, this.#value()]);
      }
      return (variables) => Object.fromEntries(fields.map(([name, value]) => [name, value(variables)]));
    }
    const literal = readLiteral(word);
    return () => literal;
  }

  #type(): void {
    if (this.#skip("[")) {
      this.#type();
      this.#expect("]");
    } else this.#name();
    this.#skip("!");
  }

  #name(): string {
    const word = this.#next();
    if (!/^[A-Za-z_]\w*$/.test(word)) throw new SyntaxError(`Unexpected ${JSON.stringify(word)}, expected a name`);
    return word;
  }

  #expect(word: string): void {
    const found = this.#next();
    if (found !== word) throw new SyntaxError(`Unexpected ${JSON.stringify(found)}, expected ${JSON.stringify(word)}`);
  }

  #skip(word: string): boolean {
    if (this.#peek() !== word) return false;
    this.#at += 1;
    return true;
  }

  #next(): string {
    const word = this.#peek();
    if (word === undefined) throw new SyntaxError("Unexpected end of document");
    this.#at += 1;
    return word;
  }

  #peek(): string | undefined {
    return this.#words[this.#at];
  }
}

/** A name that stands for itself is the value of an enumeration. */
function readLiteral(word: string): unknown {
  if (word.startsWith('"""')) return word.slice(3, -3).trim();
  if (word.startsWith('"') || /^-?\d/.test(word)) return JSON.parse(word) as unknown;
  if (word === "true" || word === "false") return word === "true";
  if (word === "null") return null;
  if (!/^\w/.test(word)) throw new SyntaxError(`Unexpected ${JSON.stringify(word)}`);
  return word;
}
