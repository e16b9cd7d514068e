import type { Octokit } from "@octokit/rest";

/** One of the SDK's methods, with arguments that it takes. */
export interface RestMethod {
  /** As its user writes it: `repos.get`. */
  readonly name: string;
  /** `GET /repos/{owner}/{repo}` */
  readonly route: string;
  run(): Promise<unknown>;
}

type Callable = ((parameters: object) => Promise<unknown>) & {
  readonly endpoint: { readonly DEFAULTS: { readonly method: string; readonly url: string } };
};

/** All methods of `octokit.rest`. */
export function restMethods(client: Octokit): RestMethod[] {
  return Object.entries(client.rest).flatMap(([scope, methods]) =>
    Object.entries(methods as Readonly<Record<string, Callable>>).map(([name, method]) => {
      const { method: verb, url } = method.endpoint.DEFAULTS;
      const names = [...url.matchAll(/\{([a-z_]+)\}/g)].map(([, parameter]) => parameter ?? "");
      const parameters = Object.fromEntries(names.map((parameter) => [parameter, `${parameter}-1`]));
      return {
        name: `${scope}.${name}`,
        route: `${verb} ${url.replace(/\{[?&].*\}$/, "")}`,
        // Uploads go to a host of their own, which is not to be asked here.
        run: () =>
          method({
            ...parameters,
            ...(verb === "GET" ? {} : { data: { words: ["some"] } }),
            baseUrl: baseUrlOf(client),
          }),
      };
    }),
  );
}

function baseUrlOf(client: Octokit): string {
  return client.request.endpoint.DEFAULTS.baseUrl;
}
