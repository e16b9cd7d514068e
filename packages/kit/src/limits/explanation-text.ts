import type { ExplainedLimit, LimitSource, SetBy } from "./explanation.js";
import type { ExplanationParts } from "./explain.js";

/** An explanation in words: a sentence about the whole, then a line for each limit. */
export function explanationText({
  provider,
  account,
  operation,
  enforcement,
  limits,
}: Omit<ExplanationParts, "text">): string {
  const who = `${operation} (${provider}, account ${account})`;
  if (limits.length === 0) return [`${who} takes from no limit.`, ...modeSentence(enforcement)].join("\n");
  const requests = new Set(limits.map(({ request }) => request));
  const steps = requests.size > 1 ? `, in ${requests.size} requests` : "";
  const count = limits.length === 1 ? "1 limit" : `${limits.length} limits`;
  const until =
    limits.length === 1 ? "it has" : requests.size > 1 ? "all limits of a request have" : "all of them have";
  return [
    `${who} passes ${count}${steps}. It goes out when ${until} room.`,
    ...limits.map((limit, index) => `${index + 1}. ${limitSentences(limit, requests.size > 1)}`),
    ...modeSentence(enforcement),
  ].join("\n");
}

function limitSentences(limit: ExplainedLimit, named: boolean): string {
  const { request, bucket, needs, words, cost, scope, published, source, setBy, note } = limit;
  const each = needs.length === 0 ? "" : `, one for each ${needs.join(" and ")}`;
  return [
    `${named ? `${request}: ` : ""}${sentence(words)}`,
    ...(scope === null ? [] : [`Scope: ${sentence(scope)}`]),
    `Bucket ${bucket}${each}; the request takes ${cost === 1 ? "one token" : `${cost} tokens`}.`,
    ...(published === null ? [] : [`Published: ${sentence(published)}`]),
    ...(source === null ? [] : [`Source: ${sourceText(source)}.`]),
    setByText(setBy),
    ...(note === null ? [] : [sentence(note)]),
  ].join(" ");
}

function sourceText({ title, url, asOf }: LimitSource): string {
  // A title made of the address says nothing more.
  const place = url === null ? title : url.endsWith(title) || url.endsWith(`${title}/`) ? url : `${title}, ${url}`;
  return `${place} (as of ${asOf})`;
}

function setByText({ by, name, value }: SetBy): string {
  const to = value === null ? "" : ` to ${value}`;
  switch (by) {
    case "default":
      return "These are the default figures.";
    case "tier":
      return `The tier was set${to} by ${name}.`;
    case "option":
      return `The option ${name} was set${to}.`;
    case "environment":
      return `The environment variable ${name} was set${to}.`;
    case "quota":
      return "A quota function of your own decides this.";
  }
}

function modeSentence(enforcement: ExplanationParts["enforcement"]): readonly string[] {
  if (enforcement === "shadow") return ["The mode is shadow: this is decided and recorded, and nobody waits."];
  return enforcement === "disabled" ? ["The mode is disabled: at present nothing is limited."] : [];
}

/** With an end, once. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
