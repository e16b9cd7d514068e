import type { GitHubIssue, GitHubRepository } from "../state/model.js";
import { fullName } from "../state/state.js";
import { wireEntry } from "../wire/content.js";
import { wireIssue } from "../wire/issue.js";
import { wireRepository } from "../wire/repository.js";
import { ApiError, invalid } from "./api-error.js";
import { accounts } from "./issues.js";
import { belongsTo, maySee } from "./lookup.js";
import { cutPage } from "./pages.js";
import type { Reply, RouteContext, Routes } from "./route.js";

/** Results that can be paged through. */
const reachable = 1_000;

export const searchRoutes: Routes = {
  "GET /search/repositories": (context) => {
    const search = readQuery(context);
    const found = repositories(context, search).filter(({ name, description }) =>
      search.words.every((word) => `${name} ${description ?? ""}`.toLowerCase().includes(word)),
    );
    return results(context, found, (repository) =>
      wireRepository(repository, context.origin, belongsTo(context, repository.owner)),
    );
  },
  "GET /search/issues": (context) => {
    const search = readQuery(context);
    const found = repositories(context, search).flatMap((repository) =>
      [...repository.issues.values()].filter((issue) => matches(issue, search)).map((issue) => ({ issue, repository })),
    );
    return results(context, found, ({ issue, repository }) =>
      wireIssue(issue, repository, context.origin, accounts(context)),
    );
  },
  "GET /search/code": (context) => {
    if (context.viewer.kind === "nobody") throw new ApiError(401, "Requires authentication");
    const search = readQuery(context);
    const found = repositories(context, search).flatMap((repository) =>
      [...(repository.branches.get(repository.defaultBranch)?.files ?? [])]
        .filter(([, content]) => search.words.every((word) => content.toString().toLowerCase().includes(word)))
        .map(([path, content]) => ({ path, content, repository })),
    );
    return results(context, found, ({ path, content, repository }) => {
      const {
        size: _size,
        type: _type,
        download_url: _download,
        _links,
        ...entry
      } = wireEntry(path, content, repository.defaultBranch, repository, context.origin);
      return { ...entry, repository: wireRepository(repository, context.origin, false), score: 1 };
    });
  },
};

interface Search {
  readonly words: readonly string[];
  /** Values by qualifier. */
  readonly qualifiers: ReadonlyMap<string, readonly string[]>;
}

/** Words to be found, and qualifiers such as `org:acme`. */
function readQuery({ query }: RouteContext): Search {
  const text = query.get("q") ?? "";
  if (text.trim() === "") throw invalid("Search", "q", "missing");
  const words: string[] = [];
  const qualifiers = new Map<string, string[]>();
  for (const [part] of text.matchAll(/\S*"[^"]*"|\S+/g)) {
    const [, name, value] = /^([a-z-]+):(.+)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) words.push(part.replaceAll('"', "").toLowerCase());
    else qualifiers.set(name, [...(qualifiers.get(name) ?? []), value.replaceAll('"', "")]);
  }
  return { words, qualifiers };
}

function repositories(context: RouteContext, { qualifiers }: Search): GitHubRepository[] {
  const owners = [...(qualifiers.get("org") ?? []), ...(qualifiers.get("user") ?? [])];
  const names = qualifiers.get("repo") ?? [];
  return [...context.state.repos.values()].filter(
    (repository) =>
      maySee(context, repository) &&
      (owners.length + names.length === 0 ||
        owners.includes(repository.owner.login) ||
        names.includes(fullName(repository))),
  );
}

function matches(issue: GitHubIssue, { words, qualifiers }: Search): boolean {
  const kinds = [
    ...(qualifiers.get("is") ?? []),
    ...(qualifiers.get("type") ?? []),
    ...(qualifiers.get("state") ?? []),
  ];
  const is = new Set(["open", "closed", "issue", "pr"].filter((kind) => kinds.includes(kind)));
  const own = new Set<string>([issue.state, issue.pull === undefined ? "issue" : "pr"]);
  const labels = qualifiers.get("label") ?? [];
  return (
    [...is].every((kind) => own.has(kind)) &&
    labels.every((label) => issue.labels.includes(label)) &&
    words.every((word) => `${issue.title} ${issue.body ?? ""}`.toLowerCase().includes(word))
  );
}

function results<Found>(context: RouteContext, found: readonly Found[], wire: (item: Found) => object): Reply {
  const size = Number(context.query.get("per_page") ?? 30);
  if (size * (Number(context.query.get("page") ?? 1) - 1) >= reachable) {
    throw new ApiError(422, "Only the first 1000 search results are available");
  }
  const { items, headers } = cutPage(context, found.slice(0, reachable));
  const data = {
    total_count: found.length,
    incomplete_results: false,
    items: items.map((item) => ({ score: 1, ...wire(item) })),
  };
  return { data, headers };
}
