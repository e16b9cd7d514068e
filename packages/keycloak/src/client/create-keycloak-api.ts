import { anObject, between, classifyHttp, nonEmpty, nonNegative, systemClock } from "@sluice/core";
import { type ApiOptions, assemble } from "@sluice/kit";
import { badToken, findLogin, type Login } from "../auth/credentials.js";
import { createSession, type Session } from "../auth/session.js";
import { knownOperations } from "../operations/operation.js";
import { createFeedback } from "../quota/feedback.js";
import { reconcileJitter } from "../quota/generated/figures.js";
import { createKeycloakQuota } from "../quota/keycloak-quota.js";
import { isQuota, resolveQuota } from "../quota/options.js";
import { accountVariables, findConnection } from "../settings/connection.js";
import { numberIn } from "../settings/number-in.js";
import { KeycloakApi } from "./keycloak-api.js";
import { runLogin } from "./login-call.js";
import { keycloakLimits } from "./limits/keycloak-limits.js";
import { factoryParts, type HandedOptions, type KeycloakFactoryOptions, sdkOptions } from "./options.js";

/**
 * While the server is down: five failures in a row open the breaker for ten seconds, each failed probe doubles that, up to a minute.
 */
const breaker = { consecutiveFailures: 5, openMs: 10_000, maxOpenMs: 60_000 } as const;
const HOUR_MS = 3_600_000;

/**
 * An admin client that keeps a global rate, and one for each caller's namespace, together with every other process that shares its
 * Redis. It logs in by itself, once for the whole fleet.
 *
 * Returns at once; Redis is connected on first use. The SDK's options keep their meaning; its `timeout` bounds each attempt,
 * without the wait before it.
 *
 * @param account - names the server. Range: a text that is not empty.
 * @throws ConfigError naming the option or variable, the range and the value, before anything is sent or opened.
 */
export function createKeycloakApi(account: string, options: KeycloakFactoryOptions = {}): KeycloakApi {
  anObject("options", options);
  const env = options.env ?? process.env;
  nonEmpty("account", account, 256);
  const variables = accountVariables(account, env);
  const connection = findConnection(options, variables);
  const credentials = findLogin(options, variables);
  if (options.timeout !== undefined) nonNegative("timeout", options.timeout);
  const jitterMs = findJitterMs(options.reconcileJitterMs, env);
  const quota = isQuota(options.quota) ? options.quota : createKeycloakQuota(resolveQuota(options.quota ?? {}, env));
  const { clock, random } = options;

  const assembly = assemble(options as ApiOptions, {
    provider: "keycloak",
    knownOperations,
    quota,
    ownQuota: isQuota(options.quota),
    feedback: createFeedback(() => (clock ?? systemClock).wallNow()),
    classify: classifyHttp,
    breaker,
    env,
  });
  const quotaOptions = isQuota(options.quota) ? {} : (options.quota ?? {});
  const secrets = secretsOf(credentials);
  let session: Session | undefined;
  const handed: HandedOptions = {
    ...options,
    ...sdkOptions({ ...options, ...defined(connection) }),
    [factoryParts]: {
      chain: assembly.hooks,
      timeoutMs: assembly.timeoutMs,
      takesOver: true,
      secrets,
      get session() {
        return session;
      },
      jitterMs,
      mode: { get: () => assembly.mode, set: (mode) => (assembly.mode = mode) },
      limits: (caller) => assembly.limits(keycloakLimits(account, caller, { quota: quotaOptions, env })),
      close: assembly.close,
      clock,
      random,
    },
  };
  const api = new KeycloakApi(account, handed);
  if (credentials?.kind === "token") useToken(api, credentials);
  if (credentials?.kind === "credentials") {
    const sender = { chain: assembly.hooks, attemptTimeoutMs: () => api.timeout || undefined, forget: () => {}, clock };
    const how = { sender, account, timeoutMs: assembly.timeoutMs, secrets };
    session = createSession({
      ...credentials,
      tokens: assembly.tokens,
      baseUrl: api.baseUrl,
      realmName: options.authRealm ?? api.realmName,
      requestOptions: () => api.getRequestOptions(),
      run: (signal, login) => runLogin(how, signal, login),
    });
  }
  return api;
}

/** The SDK looks into a token for its end, and its error over one that cannot be read shows what is in it. */
function useToken(api: KeycloakApi, { token, option }: Extract<Login, { readonly kind: "token" }>): void {
  try {
    api.setAccessToken(token);
  } catch {
    throw badToken(option, "one that cannot be decoded");
  }
}

function findJitterMs(option: number | undefined, env: Readonly<Record<string, string | undefined>>): number {
  if (option !== undefined) return between("reconcileJitterMs", option, 0, HOUR_MS);
  const variable = "RECONCILE_JITTER_MAX_SECONDS";
  return between(variable, numberIn(env, variable) ?? reconcileJitter.mostSeconds, 0, HOUR_MS / 1000) * 1000;
}

function secretsOf(found: Login | undefined): string[] {
  if (found === undefined) return [];
  if (found.kind === "token") return [found.token];
  const { clientSecret, password, refreshToken, totp } = found.credentials;
  return [clientSecret, password, refreshToken, totp].filter((secret): secret is string => Boolean(secret));
}

function defined<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: NonNullable<Fields[Key]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
