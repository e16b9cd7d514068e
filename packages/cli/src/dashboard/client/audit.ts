/// <reference lib="dom" />
import type { AuditRow, ChainState, PageState } from "../state.js";
import { ApiError, post } from "./api.js";
import { byId, createList, make, setClass, setText, show } from "./dom.js";
import { clockTime, counted, fullTime, isoTime, span } from "./format.js";
import { notify } from "./notices.js";

/** Who changed what, newest first, and whether the chain of digests holds. */
export function createAudit(): (state: PageState) => void {
  const list = createList<AuditRow, HTMLElement>(byId("audit"), { keyOf: ({ id }) => id, create: itemOf, update() {} });
  const verify = byId("audit-verify") as HTMLButtonElement;
  verify.addEventListener("click", () => {
    verify.disabled = true;
    post("/api/audit/verify", {})
      .then((report) => {
        const { kind } = report as ChainState;
        notify(kind === "intact" ? "The audit is intact" : "The audit is broken", kind === "intact" ? "good" : "bad");
      })
      .catch((error: unknown) => notify(error instanceof ApiError ? error.message : "it could not be checked", "bad"))
      .finally(() => (verify.disabled = false));
  });
  return ({ audit, chain, atMs }) => {
    list(audit, atMs);
    show(byId("audit-empty"), audit.length === 0);
    const chip = byId("chain");
    setText(chip, chain.kind === "unknown" ? "not checked" : chain.kind);
    setClass(chip, `chip ${chain.kind === "intact" ? "good" : chain.kind === "broken" ? "bad" : "plain"}`);
    setText(byId("chain-text"), chainText(chain, atMs));
  };
}

function chainText(chain: ChainState, atMs: number): string {
  if (chain.kind === "unknown") return "The chain of digests was not checked yet.";
  const ago = Math.max(0, atMs - chain.checkedMs);
  const checked = `checked ${ago < 10_000 ? "just now" : `${span(ago)} ago`}`;
  return chain.kind === "intact"
    ? `${counted(chain.entries, "entry", "entries")}, digest ${chain.head}…, ${checked}`
    : `At entry ${chain.at || "none"}: ${chain.why}; ${checked}`;
}

function itemOf({ atMs, action, subject, author, reason, digest }: AuditRow): HTMLElement {
  const time = make("time", {
    text: clockTime(atMs),
    attributes: { datetime: isoTime(atMs), title: fullTime(atMs) },
  });
  return make(
    "li",
    { class: "item" },
    make(
      "div",
      { class: "line" },
      time,
      make("span", { class: "name", text: action }),
      make("span", { class: "spring" }),
      make("code", { class: "digest muted", text: digest, attributes: { title: "the beginning of its digest" } }),
    ),
    make("p", { class: "subject", text: subject }),
    make("p", { class: "detail muted", text: reason === "" ? author : `${author}: ${reason}` }),
  );
}
