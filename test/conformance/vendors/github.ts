import { createGitHubApi, GitHubApi } from "@sluice/github";
import { RequestError } from "@octokit/request-error";
import { Octokit } from "@octokit/rest";
import type { Method, Vendor } from "../vendor.js";

const secret = "ghp_0123456789conformance0123456789abcdef";
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const github: Vendor<Octokit> = {
  provider: "github",
  secret,
  answer: ({ path }) => ({ body: path.startsWith("/graphql") ? { data: { viewer: { login: "octocat" } } } : {} }),
  throttled: (seconds) => ({
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again." },
  }),
  notFound: { status: 404, body: { message: "Not Found", documentation_url: "https://docs.github.com/rest" } },
  sdk: (origin) => new Octokit({ auth: secret, baseUrl: origin, log: quiet }),
  plain: (account, origin, options) =>
    new GitHubApi(account, { log: quiet, ...options, auth: secret, baseUrl: origin }),
  factory: (account, origin, options) =>
    createGitHubApi(account, {
      log: quiet,
      // A server of one's own has no limits until some are set.
      quota: { tier: "user" },
      ...defined(options),
      auth: secret,
      baseUrl: origin,
      plugins: undefined,
    }),
  read: (client) => client.rest.repos.get({ owner: "o", repo: "r" }),
  write: (client) => client.rest.issues.create({ owner: "o", repo: "r", title: "hello" }),
  composites: [
    {
      name: "a pagination",
      requests: 3,
      answer: ({ headers }, index) => {
        const host = headers.find(([name]) => name.toLowerCase() === "host")?.[1];
        const link = `<http://${host}/repositories/1/issues?page=${(index % 3) + 2}>; rel="next"`;
        return { body: [{ id: index }], headers: index % 3 === 2 ? {} : { link } };
      },
      run: (client) => client.paginate(client.rest.issues.listForRepo, { owner: "o", repo: "r" }),
    },
  ],
  methods: (client) => [...restMethods(client), ...otherMethods(client)],
  methodCount: 1030,
  isOwnError: (error) => error instanceof RequestError && error.status === 404,
};

/** What is there, so that defaults stand. */
function defined<Value extends object>(options: Value): Value {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Value;
}

type Callable = ((parameters: object) => Promise<unknown>) & {
  readonly endpoint: { readonly DEFAULTS: { readonly method: string; readonly url: string } };
};

function restMethods(client: Octokit): readonly Method[] {
  const { baseUrl } = client.request.endpoint.DEFAULTS;
  return Object.entries(client.rest).flatMap(([scope, methods]) =>
    Object.entries(methods as Readonly<Record<string, Callable>>).map(([name, method]) => {
      const { method: verb, url } = method.endpoint.DEFAULTS;
      const names = [...url.matchAll(/\{([a-z_]+)\}/g)].map(([, parameter]) => parameter ?? "");
      const parameters = Object.fromEntries(names.map((parameter) => [parameter, `${parameter}-1`]));
      const body = verb === "GET" ? {} : { data: { words: ["some"] } };
      // Uploads go to a host of their own, which is not to be asked here.
      return { name: `rest.${scope}.${name}`, run: () => method({ ...parameters, ...body, baseUrl }) };
    }),
  );
}

function otherMethods(client: Octokit): readonly Method[] {
  return [
    { name: "request", run: () => client.request("GET /user") },
    { name: "graphql", run: () => client.graphql("{ viewer { login } }") },
  ];
}
