/// <reference lib="dom" />
import type { PageState } from "../state.js";
import { ApiError, post, session } from "./api.js";
import { createAudit } from "./audit.js";
import { createBreakers } from "./breakers.js";
import { createBuckets } from "./buckets.js";
import { byId, setText, show } from "./dom.js";
import { createEmergency } from "./emergency.js";
import { span } from "./format.js";
import { announceChanges, banner, connection, notify, storeStatus } from "./notices.js";
import { overview } from "./overview.js";
import { createOverrides } from "./overrides.js";
import { createProviders } from "./providers.js";
import { follow, type LiveStream } from "./stream.js";
import { startTheme } from "./theme.js";

const providers = createProviders();
let stream: LiveStream | undefined;
let before: PageState | undefined;
let isLost = false;
const parts = [
  overview,
  createBuckets((filter) => stream?.refilter(filter)),
  createEmergency(),
  createBreakers(),
  createOverrides(),
  createAudit(),
];

startTheme(() => providers.repaint());
byId("sign-in-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = byId("token") as HTMLInputElement;
  void signIn(input.value.trim());
  input.value = "";
});
// Another address was typed into this tab; other fragments lead to a place on the page.
addEventListener("hashchange", () => {
  if (tokenInAddress() !== null) void begin();
});
void begin();

/** Begins with the token in the address, or with a session that this tab has, or asks. */
async function begin(): Promise<void> {
  const token = tokenInAddress();
  if (token !== null) {
    // It has done its work: neither a bookmark nor a look over the shoulder gets it from here.
    history.replaceState(null, "", "/");
    await signIn(token);
  } else if (session.get() !== null) watch();
  else askForToken("");
}

function tokenInAddress(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("token");
}

async function signIn(token: string): Promise<void> {
  try {
    const answer = (await post("/api/session", {}, token)) as { readonly session: string };
    session.set(answer.session);
    watch();
  } catch (error) {
    askForToken(error instanceof ApiError ? error.message : "that did not work");
  }
}

function askForToken(problem: string): void {
  stream?.stop();
  session.forget();
  banner(undefined);
  connection("waiting", "Signed out");
  show(byId("dashboard"), false);
  show(byId("sign-in"), true);
  setText(byId("sign-in-problem"), problem);
  byId("token").focus();
}

function watch(): void {
  stream?.stop();
  [before, isLost] = [undefined, false];
  connection("waiting", "Connecting");
  show(byId("sign-in"), false);
  stream = follow({
    history: providers.history,
    point: providers.point,
    state(state) {
      show(byId("dashboard"), true);
      if (isLost) notify("Connected again", "good");
      isLost = false;
      storeStatus(state);
      announceChanges(before, state);
      before = state;
      for (const update of parts) update(state);
      providers.update(state.providers, state.atMs);
    },
    lost(why, againMs) {
      if (!isLost) notify(`Connection lost: ${why}`, "bad");
      isLost = true;
      connection("lost", "Reconnecting");
      banner(`Connection lost: ${why}. Trying again in ${span(againMs)}. Figures are those of before.`);
    },
    signedOut: () => askForToken("The session is over. Open the address that the command printed, or type the token."),
  });
}
