import { ConfigError } from "@sluice/core";
import type { Environment } from "@sluice/kit";
import type { GitLabSdkOptions } from "./options.js";

/** What a client is let in by, under the SDK's own names. */
export type Credentials = Pick<GitLabSdkOptions, "token" | "oauthToken" | "jobToken">;

/** Where a client goes, and as whom. */
export interface Access {
  readonly host: string | undefined;
  readonly credentials: Credentials;
}

/** `BASE_<ACCOUNT>`: the variable of one account. */
function variableOf(base: string, account: string): string {
  return `${base}_${account.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/**
 * Token and host of an account: the options, else the account's own variables, else those that GitLab's tools use. The token of a
 * CI job goes to the server that runs it, `CI_SERVER_URL`, unless a host is named.
 *
 * @throws ConfigError when there is no token anywhere, or a value cannot be used.
 */
export function findAccess(account: string, options: GitLabSdkOptions<boolean>, env: Environment): Access {
  const given = (["token", "oauthToken", "jobToken"] as const).filter((name) => (options[name] ?? "") !== "");
  for (const name of given) checkToken(name, options[name]);
  const credentials: Credentials =
    given.length > 0 ? Object.fromEntries(given.map((name) => [name, options[name]])) : fromEnvironment(account, env);
  const fromJob = given.length === 0 && credentials.jobToken !== undefined;
  return { credentials, host: findHost(account, options.host, env, fromJob) };
}

function fromEnvironment(account: string, env: Environment): Credentials {
  const own = variableOf("GITLAB_TOKEN", account);
  for (const variable of [own, "GITLAB_TOKEN", "GL_TOKEN"]) {
    const token = env[variable];
    if (token !== undefined && token !== "") return { token: checkToken(variable, token) };
  }
  const jobToken = env["CI_JOB_TOKEN"];
  if (jobToken !== undefined && jobToken !== "") return { jobToken: checkToken("CI_JOB_TOKEN", jobToken) };
  throw new ConfigError({
    option: "token",
    accepted: `a GitLab token, as token, oauthToken or jobToken, or in ${own}, GITLAB_TOKEN, GL_TOKEN or CI_JOB_TOKEN`,
    value: undefined,
    hint: "Access tokens begin with glpat-; see User settings, Access tokens",
  });
}

function checkToken<Token>(option: string, token: Token): Token {
  if (typeof token === "function" || (typeof token === "string" && /^[\x21-\x7e]+$/.test(token))) return token;
  // Never the value itself.
  throw new ConfigError({
    option,
    accepted: "a GitLab token without spaces or control characters, or a function that gets one",
    value: typeof token,
  });
}

function findHost(account: string, host: string | undefined, env: Environment, fromJob: boolean): string | undefined {
  if (host !== undefined) return checkHost("host", host);
  const variables = [
    variableOf("GITLAB_URL", account),
    "GITLAB_URL",
    "GITLAB_HOST",
    ...(fromJob ? ["CI_SERVER_URL"] : []),
  ];
  for (const variable of variables) {
    const value = env[variable];
    if (value === undefined || value === "") continue;
    // GitLab's own command line takes a bare name here.
    const url = variable === "GITLAB_HOST" && !value.includes("://") ? `https://${value}` : value;
    return checkHost(variable, url).replace(/\/+$/, "");
  }
  return undefined;
}

function checkHost(option: string, value: unknown): string {
  const accepted = "an address that begins with https:// or http://, without user and password";
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new ConfigError({ option, accepted, value });
  // The value holds a password, or what is taken for one.
  if (url.username !== "" || url.password !== "") throw new ConfigError({ option, accepted, value: url.host });
  return value as string;
}
