import { WebClient, type WebClientOptions } from "@slack/web-api";
import { createSlackApi, type SlackFactoryOptions } from "@sluice/slack";

// #region clients
/** As the script was. */
export const before = (token: string, options?: WebClientOptions) => new WebClient(token, options);

/** As it is. The options say where the simulator is; for Slack itself there are none to give. */
export const after = (token: string, options?: SlackFactoryOptions) => createSlackApi("acme", { ...options, token });
// #endregion
