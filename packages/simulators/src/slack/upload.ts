import type { Outcome, Parties } from "./exchange.js";
import type { WritableState } from "./state/state.js";

/** Takes the bytes of an announced file. The address itself is the permission; no limit is published for it. */
export function receiveUpload(
  state: WritableState,
  ticket: string,
  content: Uint8Array,
): { readonly parties: Parties; process(): Outcome } {
  const found = state.fileByTicket(ticket);
  if (found === undefined || found.file.stage !== "announced") {
    return { parties: {}, process: () => ({ answer: textAnswer(404, "upload not found"), accepted: false }) };
  }
  const { file, workspace } = found;
  return {
    parties: { team: workspace.name, app: file.author.app },
    process() {
      file.content = content;
      file.sizeBytes = content.length;
      file.stage = "uploaded";
      return { answer: textAnswer(200, `OK - ${content.length}`), accepted: true };
    },
  };
}

function textAnswer(status: number, body: string): Outcome["answer"] {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}
