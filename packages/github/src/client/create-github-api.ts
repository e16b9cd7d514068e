import type { OctokitPlugin, ReturnTypeOf, UnionToIntersection } from "@octokit/core/types";
import { anObject, ConfigError, nonEmpty, systemClock } from "@sluice/core";
import { type ApiOptions, assemble } from "@sluice/kit";
import { knownOperations } from "../operations/operation.js";
import { createFeedback } from "../quota/feedback.js";
import { createGitHubQuota } from "../quota/github-quota.js";
import { isQuota, resolveQuota } from "../quota/options.js";
import { tierOf } from "../quota/tiers.js";
import { createClassify } from "../retry/classify.js";
import { readGitHubReply } from "../retry/reply.js";
import { GitHubApi } from "./github-api.js";
import { githubLimits } from "./limits/github-limits.js";
import {
  clientParts,
  type ClientParts,
  type GitHubFactoryOptions,
  type HandedOptions,
  octokitOptions,
} from "./options.js";
import { checkToken, findToken, noToken } from "./token.js";

/** The client with what its plugins add. */
export type WithPlugins<Plugins extends readonly OctokitPlugin[]> = GitHubApi &
  UnionToIntersection<ReturnTypeOf<[...Plugins]>>;

/**
 * A client that keeps the account's published quota together with every other process that shares its Redis.
 *
 * Returns at once; Redis is connected on first use. Octokit's options keep their names and meaning. Octokit itself does not retry;
 * its retry and throttling plugins are switched off, since Sluice does both.
 *
 * @param account - whose quota it is: a user, an organization's installation. Range: a text that is not empty.
 * @throws ConfigError naming the option or variable, the range and the value, before anything is sent or opened: no token
 * anywhere, an empty account, an unknown tier, numbers out of range, a malformed `REDIS_URL`.
 */
export function createGitHubApi<const Plugins extends readonly OctokitPlugin[]>(
  account: string,
  options: GitHubFactoryOptions & { readonly plugins: Plugins },
): WithPlugins<Plugins>;
export function createGitHubApi(account: string, options?: GitHubFactoryOptions): GitHubApi;
export function createGitHubApi(account: string, options: GitHubFactoryOptions = {}): GitHubApi {
  anObject("options", options);
  const env = options.env ?? process.env;
  nonEmpty("account", account, 256);
  const { quota: given, plugins = [], log } = options;
  const config = isQuota(given) ? undefined : resolveQuota(given ?? {}, env);
  const found = options.auth === undefined && options.authStrategy === undefined ? findToken(account, env) : undefined;
  const auth = typeof options.auth === "string" ? checkToken("auth", options.auth) : (options.auth ?? found?.token);
  if (auth === undefined && options.authStrategy === undefined && config?.tier !== "unauthenticated")
    throw noToken(account);
  if (!Array.isArray(plugins))
    throw new ConfigError({ option: "plugins", accepted: "a list of Octokit plugins", value: plugins });

  const clock = options.clock ?? systemClock;
  const wallNow = (): number => clock.wallNow();
  const tier = tierOf({
    token: typeof auth === "string" ? auth : undefined,
    strategy: options.authStrategy !== undefined,
    installation: hasInstallation(auth),
    inActions: env["GITHUB_ACTIONS"] === "true" && found?.variable === "GITHUB_TOKEN",
  });
  const quota = config === undefined ? undefined : createGitHubQuota(config, tier);
  const assembly = assemble(options as ApiOptions, {
    provider: "github",
    knownOperations,
    quota: quota?.charges ?? (given as Extract<typeof given, (...args: never) => unknown>),
    ownQuota: quota === undefined,
    feedback: createFeedback(quota, wallNow),
    classify: createClassify(wallNow),
    reply: readGitHubReply,
    env,
  });
  const parts: ClientParts = {
    chain: assembly.hooks,
    timeoutMs: assembly.timeoutMs,
    mode: { get: () => assembly.mode, set: (mode) => (assembly.mode = mode) },
    limits: (client) =>
      assembly.limits(githubLimits(account, client, { quota: isQuota(given) ? {} : (given ?? {}), config, tier, env })),
    close: assembly.close,
    clock: options.clock,
    tokens: assembly.tokens,
  };
  const Class = plugins.length === 0 ? GitHubApi : GitHubApi.plugin(...plugins);
  const handed: HandedOptions = {
    ...octokitOptions(options),
    ...(auth === undefined ? {} : { auth }),
    ...(log === undefined ? {} : { log: completed(log) as GitHubApi["log"] }),
    // What Sluice does, plugins must not do again.
    retry: { enabled: false },
    throttle: { enabled: false },
    [clientParts]: parts,
  };
  return new Class(account, handed);
}

function hasInstallation(auth: unknown): boolean {
  return (
    typeof auth === "object" && auth !== null && (auth as { installationId?: unknown }).installationId !== undefined
  );
}

/** Octokit writes the functions that a logger lacks into it; ours may lack some, and is not Octokit's to change. */
function completed(log: object): object {
  return "debug" in log && "error" in log ? log : (Object.create(log) as object);
}
