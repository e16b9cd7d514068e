/// <reference lib="dom" />
import type { PageState, ProviderRow } from "../state.js";
import { byId, setText, show } from "./dom.js";
import { figure } from "./format.js";

/** The line of figures at the top. */
export function overview(state: PageState): void {
  const total = (of: (row: ProviderRow) => number): number => state.providers.reduce((sum, row) => sum + of(row), 0);
  const throttled = total((row) => row.throttled);
  const waiting = total((row) => row.waiting);
  setText(byId("total-granted"), figure(total((row) => row.granted)));
  setText(byId("total-refused"), figure(total((row) => row.refused)));
  setText(byId("total-waiting"), figure(waiting));
  setText(byId("total-throttled"), figure(throttled));
  setText(byId("total-processes"), figure(state.processes));
  byId("total-throttled").classList.toggle("warn", throttled > 0);
  byId("total-waiting").classList.toggle("notable", waiting > 0);
  setText(byId("engine"), `engine ${state.engine}`);
  setText(byId("place"), state.place);
  show(byId("read-only"), state.readOnly);
  document.body.classList.toggle("read-only", state.readOnly);
}
