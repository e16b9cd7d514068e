import type { GitHubInstallation } from "../state/model.js";
import { maySee, organizationOf } from "./lookup.js";
import { simpleAccount, type Json } from "../wire/account.js";
import { nodeId, timestamp, website } from "../wire/common.js";
import { wireRepository } from "../wire/repository.js";
import { ApiError, notFound } from "./api-error.js";
import { listed } from "./pages.js";
import type { RouteContext, Routes } from "./route.js";

const permissions = { contents: "write", issues: "write", metadata: "read", members: "read", pull_requests: "write" };

export const appRoutes: Routes = {
  "GET /app": (context) => {
    mustBeApp(context);
    const { app } = context.state;
    return {
      data: {
        id: app.id,
        slug: app.slug,
        client_id: `Iv1.${app.id}`,
        node_id: nodeId("Integration", app.id),
        owner: simpleAccount(app.owner, context.origin),
        name: app.slug,
        description: null,
        external_url: website,
        html_url: `${website}/apps/${app.slug}`,
        created_at: timestamp(app.createdMs),
        updated_at: timestamp(app.createdMs),
        permissions,
        events: [],
        installations_count: app.installations.length,
      },
    };
  },
  "GET /app/installations": (context) => {
    mustBeApp(context);
    return listed(context, context.state.app.installations, (installation) => wireInstallation(context, installation));
  },
  "GET /app/installations/{installation_id}": (context) => {
    mustBeApp(context);
    return { data: wireInstallation(context, installationOf(context)) };
  },
  "POST /app/installations/{installation_id}/access_tokens": (context) => {
    mustBeApp(context);
    const { token, expiresMs } = context.tokens.issue(installationOf(context), context.nowMs);
    const expires = timestamp(context.wallOf(expiresMs));
    return { status: 201, data: { token, expires_at: expires, permissions, repository_selection: "all" } };
  },
  "GET /orgs/{org}/installation": (context) => {
    mustBeApp(context);
    const { id } = organizationOf(context);
    const installation = context.state.app.installations.find(({ account }) => account.id === id);
    if (installation === undefined) throw notFound();
    return { data: wireInstallation(context, installation) };
  },
  "GET /installation/repositories": (context) => {
    const { viewer, state } = context;
    if (viewer.kind !== "installation")
      throw new ApiError(
        403,
        "You must authenticate with an installation access token in order to list repositories for an installation.",
      );
    const { account } = viewer.installation;
    const repos = [...state.repos.values()].filter(
      (repository) => repository.owner.id === account.id && maySee(context, repository),
    );
    return listed(
      context,
      repos,
      (repository) => wireRepository(repository, context.origin, true),
      (repositories) => ({ total_count: repos.length, repository_selection: "all", repositories }),
    );
  },
};

function mustBeApp({ viewer }: RouteContext): void {
  if (viewer.kind !== "app") throw new ApiError(401, "A JSON web token could not be decoded");
}

function installationOf({ params, state }: RouteContext): GitHubInstallation {
  const installation = state.app.installations.find(({ id }) => String(id) === params["installation_id"]);
  if (installation === undefined) throw notFound();
  return installation;
}

function wireInstallation({ origin, state }: RouteContext, { id, account, createdMs }: GitHubInstallation): Json {
  return {
    id,
    account: simpleAccount(account, origin),
    repository_selection: "all",
    access_tokens_url: `${origin}/app/installations/${id}/access_tokens`,
    repositories_url: `${origin}/installation/repositories`,
    html_url: `${website}/organizations/${account.login}/settings/installations/${id}`,
    app_id: state.app.id,
    app_slug: state.app.slug,
    target_id: account.id,
    target_type: "Organization",
    permissions,
    events: [],
    created_at: timestamp(createdMs),
    updated_at: timestamp(createdMs),
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}
