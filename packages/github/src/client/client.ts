import type { ClientParts } from "./options.js";
import type { InstallationTokens } from "../installation/installation-tokens.js";

/** What the stages of one client work with. */
export interface Client {
  readonly account: string;
  readonly parts: ClientParts;
  /** Whether it has an authorization, which then beats the call's own. */
  readonly authenticates: boolean;
  /** What authentication is made of; must not show anywhere. */
  readonly secrets: readonly string[];
  /** Whether requests are made with the token of an installation. */
  readonly installation: boolean;
  readonly installations: InstallationTokens | undefined;
}

/** Where the stages, which are Octokit plugins, find their client among the options. */
export const client: unique symbol = Symbol("github.client");
