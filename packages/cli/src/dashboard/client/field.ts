/// <reference lib="dom" />
import { make, show } from "./dom.js";

/** Something that a dialog asks for. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind: "text" | "number" | "select";
  readonly choices?: readonly (readonly [value: string, text: string])[];
  readonly value?: string;
  readonly hint?: string;
  /** Of a text, its shortest length; of a number, the smallest one. */
  readonly least?: number;
  readonly most?: number;
  readonly isOptional?: boolean;
  /** Whether what was chosen is sent as a number. */
  readonly isNumber?: boolean;
  /** Asked for only when, or unless, another field has this value. */
  readonly when?: readonly [name: string, value: string];
  readonly unless?: readonly [name: string, value: string];
  /** Not shown while it is typed when another field has this value. */
  readonly secretWhen?: readonly [name: string, value: string];
}

/** A field on the page. */
export interface LiveField {
  readonly field: Field;
  readonly line: HTMLElement;
  readonly input: HTMLInputElement | HTMLSelectElement;
  value(): string | number;
  isAsked(all: Readonly<Record<string, unknown>>): boolean;
  refresh(all: Readonly<Record<string, unknown>>): void;
  /** What is wrong with what was typed; undefined for nothing. */
  problem(): string | undefined;
}

export function createField(field: Field): LiveField {
  const { name, label, hint, when, unless, secretWhen, least = 1, most, isOptional = false } = field;
  const id = `field-${name}`;
  const input = inputOf(field, id);
  const help =
    hint === undefined ? [] : [make("span", { class: "hint muted", text: hint, attributes: { id: `${id}-hint` } })];
  if (hint !== undefined) input.setAttribute("aria-describedby", `${id}-hint`);
  const line = make("div", { class: "field" }, make("label", { text: label, attributes: { for: id } }), input, ...help);
  const isAsked = (all: Readonly<Record<string, unknown>>): boolean =>
    (when === undefined || all[when[0]] === when[1]) && (unless === undefined || all[unless[0]] !== unless[1]);
  const isNumber = field.isNumber === true || field.kind === "number";
  return {
    field,
    line,
    input,
    value: () => (isNumber ? Number(input.value) : input.value.trim()),
    isAsked,
    refresh(all) {
      show(line, isAsked(all));
      if (secretWhen !== undefined && input instanceof HTMLInputElement)
        input.type = all[secretWhen[0]] === secretWhen[1] ? "password" : "text";
    },
    problem() {
      const text = input.value.trim();
      if (isOptional && text === "") return undefined;
      if (isNumber)
        return text !== "" && Number(text) >= least ? undefined : `${label}: a number from ${least} is needed.`;
      if (text.length < least)
        return least === 1 ? `${label}: something is needed.` : `${label}: at least ${least} characters are needed.`;
      return most !== undefined && text.length > most ? `${label}: at most ${most} characters.` : undefined;
    },
  };
}

function inputOf({ kind, choices = [], value, least, most, isOptional }: Field, id: string): LiveField["input"] {
  if (kind === "select") {
    const options = choices.map(([of, text]) => make("option", { text, attributes: { value: of } }));
    return make("select", { attributes: { id } }, ...options);
  }
  const input = make("input", { attributes: { id, type: kind, autocomplete: "off", spellcheck: "false" } });
  if (kind === "number") {
    input.step = "any";
    if (least !== undefined) input.min = String(least);
  }
  if (most !== undefined) input.maxLength = most;
  if (value !== undefined) input.value = value;
  if (isOptional !== true) input.required = true;
  return input;
}
