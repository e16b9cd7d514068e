import { type Document, isNode } from "yaml";

/** Where a value stands in the document. */
export type Path = readonly (string | number)[];

/** Checks the values of one document and collects what is wrong, each problem with its line and field. */
export interface Checker {
  readonly problems: readonly string[];
  failAt(offset: number, message: string): void;
  /** A mapping without unknown fields; undefined if it is none. */
  mapping(path: Path, value: unknown, fields: readonly string[]): Mapping | undefined;
  /** Texts that must all differ; empty ones are passed over. */
  distinct(entries: readonly (readonly [path: Path, text: string])[]): void;
}

/** One mapping under check. A value that is wrong becomes a problem and reads as empty. */
export interface Mapping {
  /** File, line and path. */
  readonly place: string;
  fail(field: string, message: string): void;
  flag(field: string): boolean | undefined;
  text(field: string, pattern: RegExp, accepted: string): string;
  optionalText(field: string): string | undefined;
  optionalTexts(field: string, pattern: RegExp, accepted: string): readonly string[] | undefined;
  mappings(field: string, fields: readonly string[]): readonly Mapping[];
}

/** Makes a checker; `file` stands in front of every message. */
export function createChecker(document: Document, source: string, file: string): Checker {
  const problems: string[] = [];
  const lineAt = (offset: number): number => source.slice(0, offset).split("\n").length;
  const placeOf = (path: Path): string => `${file}:${lineAt(offsetOf(document, path))}: ${nameOf(path)}`;
  const fail = (path: Path, message: string): void => void problems.push(`${placeOf(path)} ${message}`);
  const wrong = (path: Path, accepted: string, value: unknown): void =>
    fail(path, value === undefined ? `is missing; it must be ${accepted}` : `must be ${accepted}, got ${shown(value)}`);

  const distinct: Checker["distinct"] = (entries) => {
    const first = new Map<string, Path>();
    for (const [path, text] of entries) {
      const before = first.get(text);
      if (before === undefined) first.set(text, path);
      else if (text !== "") fail(path, `repeats ${shown(text)} of line ${lineAt(offsetOf(document, before))}`);
    }
  };

  const mapping: Checker["mapping"] = (path, value, fields) => {
    if (!isRecord(value)) {
      wrong(path, `a mapping with the fields ${fields.join(", ")}`, value);
      return undefined;
    }
    for (const field of Object.keys(value).filter((name) => !fields.includes(name))) {
      fail([...path, field], `is not a known field; known are ${fields.join(", ")}`);
    }
    const list = (field: string): readonly unknown[] | undefined => {
      const found = value[field];
      if (found === undefined || Array.isArray(found)) return found;
      wrong([...path, field], "a list", found);
      return undefined;
    };
    return {
      place: placeOf(path),
      fail: (field, message) => fail([...path, field], message),
      flag(field) {
        const found = value[field];
        if (found === undefined || typeof found === "boolean") return found;
        wrong([...path, field], "true or false", found);
        return undefined;
      },
      text(field, pattern, accepted) {
        const found = value[field];
        if (typeof found === "string" && pattern.test(found)) return found;
        wrong([...path, field], accepted, found);
        return "";
      },
      optionalText(field) {
        const found = value[field];
        if (found === undefined || typeof found === "string") return found;
        wrong([...path, field], "a text", found);
        return undefined;
      },
      optionalTexts(field, pattern, accepted) {
        const found = list(field);
        found?.forEach((item, index) => {
          if (typeof item !== "string" || !pattern.test(item)) wrong([...path, field, index], accepted, item);
        });
        distinct((found ?? []).map((item, index) => [[...path, field, index], String(item)]));
        return found?.map(String);
      },
      mappings(field, known) {
        if (value[field] === undefined) wrong([...path, field], "a list", undefined);
        return (list(field) ?? []).flatMap((item, index) => mapping([...path, field, index], item, known) ?? []);
      },
    };
  };

  return {
    problems,
    distinct,
    mapping,
    failAt: (at, message) => void problems.push(`${file}:${lineAt(at)}: ${message}`),
  };
}

/** Where the value begins; that of the nearest ancestor where it has no node of its own. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range != null) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function nameOf(path: Path): string {
  const name = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`)).join("");
  return name === "" ? "the file" : name.replace(/^\./, "");
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isRecord(value)) return "a mapping";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
