import { authMethods } from "./auth.js";
import { chatStreamMethods } from "./chat-streams.js";
import { chatMethods } from "./chat.js";
import { conversationReadMethods } from "./conversations-read.js";
import { conversationWriteMethods } from "./conversations-write.js";
import { fileMethods } from "./files.js";
import type { Method } from "./method.js";
import { usergroupMethods } from "./usergroups.js";
import { userMethods } from "./users.js";

/** The methods that have state behind them. Every other published method answers `ok: true` and does nothing. */
export const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    ...authMethods,
    ...userMethods,
    ...usergroupMethods,
    ...conversationReadMethods,
    ...conversationWriteMethods,
    ...chatMethods,
    ...chatStreamMethods,
    ...fileMethods,
  }),
);

/** Methods that need no token, since they hand one out or only check something. */
export const methodsWithoutToken: ReadonlySet<string> = new Set([
  "api.test",
  "blocks.validate",
  "oauth.access",
  "oauth.v2.access",
  "oauth.v2.user.access",
  "openid.connect.token",
  "tooling.tokens.rotate",
]);
