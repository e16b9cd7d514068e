import { ConfigError } from "@sluice/core";
import type { Environment } from "@sluice/kit";

/** The variable that may hold a workspace's own token. */
function tokenVariable(workspace: string): string {
  return `SLACK_TOKEN_${workspace.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/**
 * The token of a workspace: the option, else its own variable, else `SLACK_TOKEN`. An `Authorization` header counts too.
 *
 * @throws ConfigError when there is none anywhere.
 */
export function findToken(
  workspace: string,
  option: string | undefined,
  headers: Readonly<Record<string, string>>,
  env: Environment,
): string | undefined {
  const own = tokenVariable(workspace);
  const token = option || env[own] || env["SLACK_TOKEN"] || undefined;
  if (token !== undefined && !(typeof token === "string" && /^[\x21-\x7e]+$/.test(token))) {
    // Never the value itself.
    throw new ConfigError({
      option: option ? "token" : env[own] ? own : "SLACK_TOKEN",
      accepted: "a Slack token without spaces or control characters",
      value: typeof token,
    });
  }
  const hasHeader = Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === "authorization" && value !== "",
  );
  if (token !== undefined || hasHeader) return token;
  throw new ConfigError({
    option: "token",
    accepted: `a Slack token, as the token option or in ${own} or SLACK_TOKEN`,
    value: undefined,
    hint: "Tokens begin with xoxb- or xoxp-; see the app's OAuth page",
  });
}
