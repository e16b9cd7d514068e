/// <reference lib="dom" />
import type { PageState } from "../state.js";
import { byId, make, setClass, setText, show } from "./dom.js";
import { span } from "./format.js";

const SHOWN_MS = 8000;
const MOST_SHOWN = 4;

/** Says something that has just happened: seen for a while, and read out. */
export function notify(text: string, kind: "good" | "bad" | "plain" = "plain"): void {
  const notices = byId("notices");
  const notice = make("p", { class: `notice ${kind}`, text });
  notices.append(notice);
  while (notices.childElementCount > MOST_SHOWN) notices.firstElementChild?.remove();
  setTimeout(() => notice.remove(), SHOWN_MS);
}

/** How the page stands with the dashboard and that with Redis. */
export function connection(kind: "live" | "away" | "lost" | "waiting", text: string): void {
  const status = byId("status");
  setText(status, text);
  setClass(status, `chip ${kind === "live" ? "good" : kind === "waiting" ? "plain" : "bad"}`);
  document.body.classList.toggle("stale", kind === "away" || kind === "lost");
}

/** A line above everything, for as long as something is wrong. */
export function banner(text: string | undefined): void {
  const line = byId("banner");
  show(line, text !== undefined);
  setText(line, text ?? "");
}

/** Says what has changed from one look to the next and matters to everybody. */
export function announceChanges(before: PageState | undefined, now: PageState): void {
  if (before === undefined) return;
  if (before.awayForMs === null && now.awayForMs !== null) notify("Store away: Redis does not answer", "bad");
  if (before.awayForMs !== null && now.awayForMs === null) notify("Redis answers again", "good");
  if (before.emergency?.kind !== now.emergency?.kind)
    notify(now.emergency === null ? "The emergency is over" : `Emergency: ${now.emergency.kind}`, "bad");
  for (const { name, state } of now.breakers) {
    const stood = before.breakers.find((one) => one.name === name)?.state ?? "closed";
    if (state !== null && state !== stood) notify(`Breaker ${name} is ${state}`, state === "closed" ? "good" : "bad");
  }
}

/** What the state says of Redis. */
export function storeStatus({ awayForMs, place }: PageState): void {
  if (awayForMs === null) {
    connection("live", "Live");
    banner(undefined);
    return;
  }
  connection("away", "Store away");
  banner(`Store away: Redis at ${place} has not answered for ${span(awayForMs)}. Figures are those of before.`);
}
