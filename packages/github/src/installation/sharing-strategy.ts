import type { InstallationTokens } from "./installation-tokens.js";

type Strategy = (options: object) => Auth;
type Auth = ((options?: unknown) => Promise<unknown>) & { readonly hook: unknown };

/** An app's credentials as @octokit/auth-app takes them. */
export interface AppCredentials {
  readonly appId: unknown;
  readonly privateKey: string;
}

/** Whether tokens can be shared: by an app with a key of its own and no cache of the user's. */
export function isApp(strategy: unknown, auth: unknown): auth is AppCredentials {
  if (typeof strategy !== "function" || typeof auth !== "object" || auth === null) return false;
  const { appId, privateKey, cache } = auth as { appId?: unknown; privateKey?: unknown; cache?: unknown };
  return appId !== undefined && typeof privateKey === "string" && privateKey !== "" && cache === undefined;
}

/** The user's strategy with the fleet's tokens; `auth({ refresh: true })` gets a new one as before. */
export function sharingStrategy(strategy: unknown, installations: InstallationTokens): Strategy {
  return (options) => {
    const auth = (strategy as Strategy)({ ...options, cache: installations.cache });
    const sharing = (asked?: unknown): Promise<unknown> =>
      installations.renewing((asked as { refresh?: unknown } | undefined)?.refresh === true, () => auth(asked));
    return Object.assign(sharing, auth);
  };
}
