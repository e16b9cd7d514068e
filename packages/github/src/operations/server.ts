/** Which server a request goes to. */
export interface Server {
  /** Tells its buckets from those of GitHub.com; empty for GitHub.com itself. */
  readonly suffix: string;
  /** Whether GitHub runs it, with the published limits. An Enterprise Server has none until its administrator sets some. */
  readonly published: boolean;
}

const githubCom: Server = { suffix: "", published: true };

/** Where a request goes: by its own address when it has a whole one, else by the client's. */
export function serverOf(url: string, baseUrl: string): Server {
  const address = /^https?:/i.test(url) ? url : baseUrl;
  let host: string;
  try {
    host = new URL(address).host.toLowerCase();
  } catch {
    host = address.toLowerCase();
  }
  if (host === "api.github.com" || host === "uploads.github.com") return githubCom;
  // Enterprise Cloud with data residency: one tenant, one host for the API and one for uploads.
  const tenant = /^(?:api|uploads)\.([a-z0-9-]+\.ghe\.com)$/.exec(host)?.[1];
  return tenant === undefined ? { suffix: `@${host}`, published: false } : { suffix: `@${tenant}`, published: true };
}
