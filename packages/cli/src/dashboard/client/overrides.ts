/// <reference lib="dom" />
import type { OverrideRow, PageState } from "../state.js";
import { ask, durations, type Field } from "./dialog.js";
import { button, byId, createList, make, part, setText, show } from "./dom.js";
import { counted, span } from "./format.js";

const subjects: Field = {
  name: "of",
  label: "For",
  kind: "select",
  choices: [
    ["user", "a user"],
    ["role", "a role"],
    ["tenant", "a tenant"],
    ["ip", "an address or network"],
    ["apiKey", "an API key"],
    ["endpoint", "a route"],
    ["policy", "everybody under a policy"],
  ],
};

const whose: Field = { name: "whose", label: "Which one", kind: "text", most: 512, secretWhen: ["of", "apiKey"] };

/** Exceptions with the time they have left. */
export function createOverrides(): (state: PageState) => void {
  const list = createList<OverrideRow, HTMLElement>(byId("overrides"), {
    keyOf: ({ id }) => id,
    create: itemOf,
    update: (item, { untilMs }, atMs) => setText(part(item, "ends"), `${span(untilMs - atMs)} left`),
  });
  byId("override-grant").addEventListener("click", grant);
  byId("reputation-reset").addEventListener("click", forgive);
  return ({ overrides, overridesInAll, atMs }) => {
    list(overrides, atMs);
    show(byId("overrides-empty"), overrides.length === 0);
    setText(byId("overrides-count"), overridesInAll === 0 ? "" : counted(overridesInAll, "override"));
  };
}

function grant(): void {
  ask({
    title: "Grant an override",
    effect: "It holds in every process within a second, and ends by itself.",
    verb: "Grant it",
    fields: [
      subjects,
      whose,
      {
        name: "what",
        label: "What",
        kind: "select",
        choices: [
          ["multiply", "times the limits"],
          ["window", "another limit"],
          ["unlimited", "no limit"],
          ["allow", "no limit, as on an allow-list"],
          ["emergency", "no limit, before all other overrides"],
        ],
      },
      {
        name: "multiply",
        label: "How many times",
        kind: "number",
        value: "2",
        least: 0.001,
        when: ["what", "multiply"],
      },
      { name: "window", label: "Limit", kind: "text", value: "100/minute", most: 100, when: ["what", "window"] },
      durations(["900000", "3600000", "14400000", "86400000", "604800000"]),
      {
        name: "under",
        label: "Under the policy",
        kind: "text",
        most: 64,
        hint: "All policies when left empty",
        isOptional: true,
      },
    ],
    isDangerous: (body) => !["multiply", "window"].includes(String(body["what"])),
    path: "/api/overrides/grant",
    body: {},
  });
}

function forgive(): void {
  ask({
    title: "Reset a reputation",
    effect: "What somebody did before no longer lowers their rate.",
    verb: "Forgive",
    fields: [
      {
        ...subjects,
        choices: [
          ["user", "a user"],
          ["tenant", "a tenant"],
          ["ip", "an address"],
          ["apiKey", "an API key"],
          ["everybody", "everybody"],
        ],
      },
      { ...whose, unless: ["of", "everybody"] },
    ],
    isDangerous: (body) => body["of"] === "everybody",
    path: "/api/reputation/reset",
    body: {},
  });
}

function itemOf({ id, subject, what, isFree, under, author, reason }: OverrideRow): HTMLElement {
  const revoke = (): void =>
    ask({
      title: "Revoke an override",
      effect: `${subject} is under the limits again, in every process, within a second.`,
      verb: "Revoke it",
      fields: [],
      isDangerous: false,
      path: "/api/overrides/revoke",
      body: { id },
    });
  return make(
    "li",
    { class: "item" },
    make(
      "div",
      { class: "line" },
      make("span", { class: "name", text: subject }),
      make("span", { class: "spring" }),
      make("span", { class: "actions" }, button("Revoke", `Revoke the override of ${subject}`, revoke)),
    ),
    make(
      "div",
      { class: "line" },
      make("span", { class: `chip ${isFree ? "warn" : "plain"}`, text: what }),
      make("span", { class: "ends" }),
    ),
    make("p", { class: "detail muted", text: `${under} · ${author}: ${reason}` }),
  );
}
