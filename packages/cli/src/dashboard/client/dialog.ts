/// <reference lib="dom" />
import { ApiError, post } from "./api.js";
import { byId, make, setText, show } from "./dom.js";
import { createField, type Field } from "./field.js";
import { span } from "./format.js";
import { notify } from "./notices.js";

export type { Field } from "./field.js";

/** A change that somebody is about to ask for. */
export interface ActionForm {
  readonly title: string;
  /** What will happen, in a sentence. */
  readonly effect: string;
  /** Text of the button. */
  readonly verb: string;
  readonly fields: readonly Field[];
  /** Asks for a second look. */
  readonly isDangerous: boolean | ((body: Body) => boolean);
  readonly path: string;
  readonly body: Body;
  /** A last change of what is asked for. */
  readonly amend?: (body: Body) => Body;
}

type Body = Readonly<Record<string, unknown>>;

const KEPT_AUTHOR = "sluice-author";

const reason: Field = {
  name: "reason",
  label: "Reason",
  kind: "text",
  least: 3,
  most: 500,
  hint: "Goes into the audit",
};

/** How long it holds. */
export function durations(choices: readonly string[] = ["300000", "900000", "3600000", "14400000"]): Field {
  return {
    name: "forMs",
    label: "For how long",
    kind: "select",
    choices: choices.map((ms) => [ms, span(Number(ms))]),
    isNumber: true,
  };
}

/** Opens the dialog; nothing is asked for until it is confirmed there. */
export function ask(form: ActionForm): void {
  const dialog = byId("dialog") as HTMLDialogElement;
  const author: Field = {
    name: "author",
    label: "Your name",
    kind: "text",
    most: 200,
    value: localStorage.getItem(KEPT_AUTHOR) ?? "",
  };
  const fields = [...form.fields, reason, author].map(createField);
  const problem = make("p", { class: "problem", attributes: { role: "alert" } });
  const meant = make("input", { attributes: { type: "checkbox", id: "field-meant" } });
  const meantLine = make(
    "div",
    { class: "meant" },
    meant,
    make("label", { text: "I mean it: this reaches every process.", attributes: { for: "field-meant" } }),
  );
  const go = make("button", { class: "button primary", text: form.verb, attributes: { type: "submit" } });
  const cancel = make("button", { class: "button", text: "Cancel", attributes: { type: "button" } });
  const content = make(
    "form",
    { attributes: { novalidate: "" } },
    make("h2", { text: form.title, attributes: { id: "dialog-title" } }),
    make("p", { class: "effect", text: form.effect, attributes: { id: "dialog-effect" } }),
    ...fields.map(({ line }) => line),
    meantLine,
    problem,
    make("div", { class: "buttons" }, cancel, go),
  );
  const read = (): Body => {
    const all = Object.fromEntries(fields.map(({ field, value }) => [field.name, value()]));
    return Object.fromEntries(
      fields.filter(({ isAsked }) => isAsked(all)).map(({ field }) => [field.name, all[field.name]]),
    );
  };
  const isDangerous = (): boolean =>
    typeof form.isDangerous === "function" ? form.isDangerous(read()) : form.isDangerous;
  const refresh = (): void => {
    const all = Object.fromEntries(fields.map(({ field, value }) => [field.name, value()]));
    for (const field of fields) field.refresh(all);
    show(meantLine, isDangerous());
  };
  content.addEventListener("input", () => {
    setText(problem, "");
    refresh();
  });
  cancel.addEventListener("click", () => dialog.close());
  content.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = read();
    const wrong = fields.find((field) => field.isAsked(body) && field.problem() !== undefined);
    if (wrong !== undefined) {
      setText(problem, wrong.problem() ?? "");
      wrong.input.focus();
      return;
    }
    if (isDangerous() && !meant.checked) {
      setText(problem, "Tick the box if that is meant.");
      meant.focus();
      return;
    }
    localStorage.setItem(KEPT_AUTHOR, String(body["author"]));
    go.disabled = true;
    const whole = { ...form.body, ...body, confirm: true };
    post(form.path, form.amend?.(whole) ?? whole)
      .then((answer) => {
        dialog.close();
        notify(String((answer as { readonly done?: unknown }).done), "good");
      })
      .catch((error: unknown) =>
        setText(problem, error instanceof ApiError ? error.message : "it could not be asked for"),
      )
      .finally(() => (go.disabled = false));
  });
  dialog.replaceChildren(content);
  refresh();
  dialog.showModal();
  fields[0]?.input.focus();
}
