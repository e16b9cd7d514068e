import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { simulatedProviders } from "./providers.js";

const execute = promisify(execFile);
const cwd = fileURLToPath(new URL("../..", import.meta.url));

/** A call to add to a snippet, the method it is in the ledger, and what it prints. */
const calls: Readonly<Record<string, readonly [code: string, method: string, printed: string]>> = {
  slack: ["console.log((await slack.auth.test()).team)", "auth.test", "acme"],
  github: ["console.log((await github.rest.users.getAuthenticated()).status)", "GET /user", "200"],
  gitlab: ["console.log((await gitlab.Users.showCurrentUser()).id > 0)", "GET /user", "true"],
  s3: ["console.log((await s3.listBuckets()).Buckets[0].Name)", "ListBuckets", "acme"],
  keycloak: [
    'await keycloak.auth({ grantType: "client_credentials", clientId: "a", clientSecret: "b" }); console.log((await keycloak.realms.find())[0].realm)',
    "GET /admin/realms",
    "master",
  ],
  kubernetes: [
    'const { CoreV1Api } = await import("@kubernetes/client-node"); console.log((await config.makeApiClient(CoreV1Api).listNamespace()).items[0].metadata.name)',
    "GET /api/v1/namespaces",
    "default",
  ],
};

describe("the snippet that is printed", () => {
  const settings = { port: 0, speed: 1, enforce: true, latencyMs: 0, stranger: undefined } as const;

  it.each(Object.entries(simulatedProviders))(
    "for %s leads its SDK to the simulator",
    { timeout: 60_000 },
    async (name, provider) => {
      const simulator = await provider.start(settings);
      try {
        const [code = "", method = "", printed = ""] = calls[name] ?? [];
        const script = [...provider.snippet(simulator.url), code].join("\n");
        const { stdout } = await execute(process.execPath, ["--input-type=module", "--eval", script], { cwd });
        expect(stdout.trim()).toBe(printed);
        expect(simulator.ledger.entries().map((entry) => entry.method)).toContain(method);
        expect(simulator.ledger.entries().every(({ status }) => status === 200)).toBe(true);
      } finally {
        await simulator.close();
      }
    },
  );
});
