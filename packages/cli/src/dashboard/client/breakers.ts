/// <reference lib="dom" />
import type { BreakerRow, PageState } from "../state.js";
import { ask, durations } from "./dialog.js";
import { button, byId, createList, make, part, setClass, setText, show } from "./dom.js";
import { span } from "./format.js";

/** Breakers with their states, and the means to hold them. */
export function createBreakers(): (state: PageState) => void {
  /** As it is shown: what is asked for is compared with it. */
  const seen = new Map<string, number | null>();
  const list = createList<BreakerRow, HTMLElement>(byId("breakers"), {
    keyOf: ({ name }) => name,
    create: ({ name }) => itemOf(name, seen),
    update: fill,
  });
  byId("breaker-hold").addEventListener("click", () =>
    ask({
      title: "Hold a breaker open",
      effect: "It refuses every call in every process until the end.",
      verb: "Hold it open",
      fields: [{ name: "name", label: "Breaker", kind: "text", most: 200 }, durations()],
      isDangerous: true,
      path: "/api/breakers/force",
      body: { state: "open", seenUntilMs: null },
      // One that is held already is compared with what is shown.
      amend: (body) => ({ ...body, seenUntilMs: seen.get(String(body["name"])) ?? null }),
    }),
  );
  return ({ breakers, atMs }) => {
    for (const { name, held } of breakers) seen.set(name, held?.untilMs ?? null);
    list(breakers, atMs);
    show(byId("breakers-empty"), breakers.length === 0);
  };
}

function itemOf(name: string, seen: ReadonlyMap<string, number | null>): HTMLElement {
  const hold = (state: "open" | "closed"): void =>
    ask({
      title: `Hold breaker ${name} ${state}`,
      effect:
        state === "open"
          ? "It refuses every call in every process until the end."
          : "It lets every call through, failing or not, in every process until the end.",
      verb: state === "open" ? "Hold it open" : "Hold it closed",
      fields: [durations()],
      isDangerous: true,
      path: "/api/breakers/force",
      body: { name, state, seenUntilMs: seen.get(name) ?? null },
    });
  const release = (): void =>
    ask({
      title: `Reset breaker ${name}`,
      effect: "It decides by itself again, in every process, within a second.",
      verb: "Reset it",
      fields: [],
      isDangerous: false,
      path: "/api/breakers/reset",
      body: { name, seenUntilMs: seen.get(name) ?? null },
    });
  return make(
    "li",
    { class: "item" },
    make(
      "div",
      { class: "line" },
      make("span", { class: "name", text: name }),
      make("span", { class: "state chip" }),
      make("span", { class: "spring" }),
      make(
        "span",
        { class: "actions" },
        button("Open", `Hold breaker ${name} open`, () => hold("open")),
        button("Close", `Hold breaker ${name} closed`, () => hold("closed")),
        button("Reset", `Reset breaker ${name}`, release, "button small reset"),
      ),
    ),
    make("p", { class: "detail muted" }),
  );
}

function fill(item: HTMLElement, { state, leftMs, because, held }: BreakerRow, atMs: number): void {
  const chip = part(item, "state");
  setText(chip, state ?? "not seen");
  const tone = state === null ? "plain" : state === "closed" ? "good" : state === "half-open" ? "warn" : "bad";
  setClass(chip, `state chip ${tone}`);
  const parts = [
    ...(leftMs !== null && leftMs > 0 ? [`for ${span(leftMs)}`] : []),
    ...(because === "" ? [] : [because]),
    ...(held === null ? [] : [`held ${held.state} for ${span(held.untilMs - atMs)} by ${held.author}: ${held.reason}`]),
  ];
  setText(part(item, "detail"), parts.join(" · "));
  show(part(item, "reset"), held !== null);
}
