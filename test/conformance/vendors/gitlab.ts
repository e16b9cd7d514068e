import { Gitlab, GitbeakerRequestError } from "@gitbeaker/rest";
import { createGitLabApi, GitLabApi } from "@sluice/gitlab";
import type { Method, Vendor } from "../vendor.js";

const secret = "glpat-0123456789conformance";

export const gitlab: Vendor<Gitlab> = {
  provider: "gitlab",
  secret,
  answer: ({ method }) => ({ body: method === "GET" ? [] : {} }),
  throttled: (seconds) => ({
    status: 429,
    headers: {
      "content-type": "text/plain",
      "retry-after": String(seconds),
      "ratelimit-name": "throttle_authenticated_api",
      "ratelimit-remaining": "0",
    },
    body: "Retry later",
  }),
  notFound: { status: 404, body: { message: "404 Project Not Found" } },
  sdk: (host) => new Gitlab({ host, token: secret }),
  plain: (account, host, options) => new GitLabApi(account, { ...options, host, token: secret }),
  factory: (account, host, options) => createGitLabApi(account, { ...options, host, token: secret }),
  read: (client) => client.Projects.show(1),
  write: (client) => client.Issues.create(1, "Mind the gap"),
  composites: [
    {
      name: "a pagination",
      requests: 3,
      answer: ({ path, headers }, index) => {
        const host = headers.find(([name]) => name.toLowerCase() === "host")?.[1] ?? "";
        const next = `<http://${host}/api/v4/projects?page=${(index % 3) + 2}&per_page=1>; rel="next"`;
        return { body: [{ path }], headers: index % 3 === 2 ? {} : { link: next } };
      },
      run: (client) => client.Projects.all({ perPage: 1 }),
    },
    {
      name: "an upload",
      requests: 1,
      run: (client) => client.Projects.uploadForReference(1, { content: new Blob(["words"]), filename: "a.txt" }),
    },
  ],
  methods: (client) => methodsOf(client),
  methodCount: 976,
  isOwnError: (error) => error instanceof GitbeakerRequestError,
};

/** Has an answer to every question that methods ask of their options, and is a file too; in a path it is 1. */
const anything = Object.assign(Object.create({ toString: () => "1", split: () => ["1"] }) as object, {
  projectId: 1,
  groupId: 2,
  environmentId: 3,
  keyId: 4,
  runnerId: 5,
  userId: 6,
  color: "#112233",
  content: new Blob(["words"]),
  filename: "a.txt",
});

/** Methods that take a file, or refuse to run without some option. */
const demanding =
  /^(?:Debian|DeployTokens|NuGet|PyPI)\.(?!all)|^(?:Keys\.show|Runners\.(?:remove|resetRegistrationToken)|Packages\.all|Helm\.import|DashboardAnnotations\.create|ContainerRegistry\.allRepositories|PackageRegistry\.publish|SecureFiles\.create|ProjectMarkdownUploads\.create|\w+ImportExports\.import|\w+Invitations\.add|(?:Project|Group)Labels\.edit)$|\.upload/;

function argumentsOf(method: string): readonly unknown[] {
  if (method === "JobArtifacts.downloadArchive") return [1, { jobId: 2 }];
  if (method === "Groups.uploadAvatar") return [1, new Blob(["words"]), { filename: "a.txt" }];
  return demanding.test(method) ? [1, 2, 3, 4, 5].map(() => anything) : [1, 2, 3, 4, 5];
}

type Resource = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

function methodsOf(client: Gitlab): readonly Method[] {
  // Two of its methods look for a header that the SDK never sets.
  client.Jobs.headers["job-token"] = "1";
  const found: Method[] = [];
  for (const [name, resource] of Object.entries(client) as [string, unknown][]) {
    if (typeof resource !== "object" || resource === null || !("requester" in resource)) continue;
    for (const method of namesIn(resource)) {
      const whole = `${name}.${method}`;
      found.push({
        name: whole,
        run: async () => (resource as unknown as Resource)[method]?.(...argumentsOf(whole)),
      });
    }
  }
  return found;
}

function namesIn(resource: object): Set<string> {
  const names = new Set<string>();
  let owner = Object.getPrototypeOf(resource) as object;
  while (owner !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(owner)) if (name !== "constructor") names.add(name);
    owner = Object.getPrototypeOf(owner) as object;
  }
  return names;
}
