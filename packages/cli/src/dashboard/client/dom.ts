/// <reference lib="dom" />
import { visible } from "./format.js";

/** What an element is made with. Text is always text: nothing here reads markup. */
export interface Making {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { class: names, text, attributes = {} }: Making = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (names !== undefined) element.className = names;
  if (text !== undefined) element.textContent = visible(text);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, visible(value));
  element.append(...children);
  return element;
}

/** An element of the page by its id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

/** A part of an element by its class. */
export function part(element: Element, name: string): HTMLElement {
  const found = element.querySelector<HTMLElement>(`.${name}`);
  if (found === null) throw new Error(`there is no ${name} in it`);
  return found;
}

/** Touches the page only where something has changed: screen readers and selections are left in peace. */
export function setText(element: Element, text: string): void {
  const shown = visible(text);
  if (element.textContent !== shown) element.textContent = shown;
}

export function setClass(element: Element, names: string): void {
  if (element.className !== names) element.className = names;
}

export function show(element: HTMLElement, isShown: boolean): void {
  if (element.hidden === isShown) element.hidden = !isShown;
}

/** A button of a row. */
export function button(text: string, label: string, press: () => void, names = "button small"): HTMLButtonElement {
  const element = make("button", { class: names, text, attributes: { type: "button", "aria-label": label } });
  element.addEventListener("click", press);
  return element;
}

/** How rows become elements. */
export interface Rendering<Row, Made extends HTMLElement> {
  readonly keyOf: (row: Row) => string;
  readonly create: (row: Row) => Made;
  /** @param atMs - what time it is at the store. */
  readonly update: (element: Made, row: Row, atMs: number) => void;
  readonly remove?: (key: string) => void;
}

/** Keeps the children of an element like its rows: an element stays the same for as long as its row is there. */
export function createList<Row, Made extends HTMLElement>(
  parent: HTMLElement,
  { keyOf, create, update, remove }: Rendering<Row, Made>,
): (rows: readonly Row[], atMs: number) => void {
  const made = new Map<string, Made>();
  return (rows, atMs) => {
    const keys = new Set(rows.map(keyOf));
    for (const [key, element] of made) {
      if (keys.has(key)) continue;
      element.remove();
      made.delete(key);
      remove?.(key);
    }
    let next = parent.firstElementChild;
    for (const row of rows) {
      const key = keyOf(row);
      const element = made.get(key) ?? create(row);
      made.set(key, element);
      update(element, row, atMs);
      if (element === next) next = next.nextElementSibling;
      else parent.insertBefore(element, next);
    }
  };
}
