import type { Methods } from "./method.js";
import { MethodError } from "./method-error.js";

/** Who the token is, its end, and the workspace it belongs to. */
export const authMethods: Methods = {
  "auth.test": ({ workspace, caller }) => ({
    url: `https://${workspace.name}.slack.com/`,
    team: workspace.name,
    user: caller.user.name,
    team_id: workspace.id,
    user_id: caller.user.id,
    bot_id: caller.botId,
    is_enterprise_install: false,
  }),

  "auth.revoke": ({ args, revoke }) => {
    if (args.flag("test")) return { revoked: false };
    revoke();
    return { revoked: true };
  },

  "team.info": ({ args, workspace }) => {
    const wanted = args.text("team") ?? workspace.id;
    if (wanted !== workspace.id) throw new MethodError("team_not_found");
    const { id, name } = workspace;
    return {
      team: {
        id,
        name,
        url: `https://${name}.slack.com/`,
        domain: name,
        email_domain: "",
        icon: { image_default: true },
      },
    };
  },
};
