import { grantSeconds } from "../authorization.js";
import type { GitLabUser } from "../state/model.js";
import { ApiError } from "./api-error.js";
import { text } from "./fields.js";
import type { RouteContext, Routes } from "./route.js";

export const oauthRoutes: Routes = {
  "POST /oauth/token": (context) => {
    const { accessToken, refreshToken } = context.tokens.grant(grantee(context), context.nowMs);
    return {
      headers: { "cache-control": "no-store" },
      data: {
        access_token: accessToken,
        token_type: "Bearer",
        expires_in: grantSeconds,
        refresh_token: refreshToken,
        scope: "api",
        created_at: Math.floor(context.state.nowMs() / 1_000),
      },
    };
  },
};

/** Codes and passwords are not looked at as long as there are some; a code is the first user's. */
function grantee({ fields, state, tokens }: RouteContext): GitLabUser {
  switch (text(fields, "grant_type")) {
    case "password":
      return known(text(fields, "password") && state.user(text(fields, "username") ?? ""));
    case "authorization_code":
      return known(text(fields, "code") && [...state.users.values()][0]);
    case "refresh_token":
      return known(tokens.redeem(text(fields, "refresh_token") ?? ""));
    default:
      throw new ApiError(400, {
        error: "unsupported_grant_type",
        error_description: "The authorization grant type is not supported by the authorization server.",
      });
  }
}

function known(user: GitLabUser | "" | undefined): GitLabUser {
  if (typeof user === "object") return user;
  throw new ApiError(400, {
    error: "invalid_grant",
    error_description:
      "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
  });
}
