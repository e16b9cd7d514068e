import { jsonAnswer, type Answer } from "../http/answer.js";
import type { Refusal } from "./limits/github-limiter.js";
import type { GitHubParty } from "./limits/github-limits.js";

const limitsPage = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api";
const primaryPage = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api";
const secondaryPage = `${limitsPage}#about-secondary-rate-limits`;

/** How a simulator refuses. */
export interface RefusalStyle {
  readonly throttleStatus: 403 | 429;
  readonly secondaryRetryAfter: boolean;
  readonly graphqlErrorType: "RATE_LIMITED" | "RATE_LIMIT";
  readonly speed: number;
}

/** A refused request. */
export interface RefusedRequest {
  readonly refusal: Refusal;
  readonly party: GitHubParty;
  readonly isGraphql: boolean;
  readonly requestId: string;
}

/** The answer that a refused request gets. */
export function refusalAnswer(style: RefusalStyle, refused: RefusedRequest): Answer {
  return refused.refusal.kind === "primary"
    ? primary(style, refused)
    : secondary(style, refused.refusal, refused.requestId);
}

/** GraphQL says it with status 200. */
function primary(style: RefusalStyle, { party, isGraphql, requestId }: RefusedRequest): Answer {
  const message = `API rate limit exceeded for ${partyText(party)}.`;
  if (isGraphql) {
    const type = style.graphqlErrorType;
    return jsonAnswer({ errors: [{ type, ...(type === "RATE_LIMIT" && { code: "graphql_rate_limit" }), message }] });
  }
  const advice =
    party.kind === "ip"
      ? "(But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)"
      : `If you reach out to GitHub Support for help, please include the request ID ${requestId}.`;
  return errorAnswer(style.throttleStatus, `${message} ${advice}`, primaryPage);
}

/** The header wants whole seconds, one at least. */
function secondary(
  { throttleStatus, secondaryRetryAfter, speed }: RefusalStyle,
  { limit, waitMs }: Extract<Refusal, { kind: "secondary" }>,
  requestId: string,
): Answer {
  const message = limit.startsWith("contentCreation")
    ? "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later."
    : "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
  const help = `If you reach out to GitHub Support for help, please include the request ID ${requestId}.`;
  const seconds = Number.isFinite(waitMs) ? Math.max(1, Math.ceil(waitMs / speed / 1_000)) : 60;
  const headers: Record<string, string> = secondaryRetryAfter ? { "retry-after": String(seconds) } : {};
  return errorAnswer(throttleStatus, `${message} ${help}`, secondaryPage, headers);
}

/** An error as GitHub writes it. */
export function errorAnswer(
  status: number,
  message: string,
  documentation: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return jsonAnswer({ message, documentation_url: documentation, status: String(status) }, status, headers);
}

function partyText(party: GitHubParty): string {
  if (party.kind === "ip") return party.address;
  return `${party.kind} ID ${party.id}`;
}
