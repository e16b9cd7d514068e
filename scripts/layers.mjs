// The layers and the one direction of the arrows between them, checked in three places: each package.json, each
// tsconfig.json, and the lint rules in .oxlintrc.json (see test/tooling/arrows.test.ts). CONTRIBUTING.md says why.

/** The packages at the top, which may import everything. */
export const applications = ["http", "cli", "simulators"];

const vendorsMayUse = ["core", "limiter", "kit"];
const machineryAndContracts = ["core", "limiter", "limiter-redis", "telemetry", "policy", "kit"];
const vendors = ["slack", "github", "gitlab", "aws", "keycloak", "kubernetes"];
const everything = [...machineryAndContracts, ...vendors, ...applications];

/** For each package, the packages its shipped files may import. Names are folders of packages/. */
export const mayUse = {
  // contracts
  core: [],
  // machinery
  limiter: ["core"],
  "limiter-redis": ["core", "limiter"],
  telemetry: ["core"],
  policy: ["core", "limiter", "limiter-redis"],
  kit: ["core", "limiter", "limiter-redis", "telemetry", "policy"],
  // vendors
  ...Object.fromEntries(vendors.map((name) => [name, vendorsMayUse])),
  // applications
  ...Object.fromEntries(applications.map((name) => [name, everything.filter((other) => other !== name)])),
};

/** What tests (*.test.ts, *.test-d.ts) may import besides; never more than a devDependency. */
export const testsMayUse = ["simulators", "test"];

/** The packages that must not import a vendor's SDK. */
export const withoutSdks = machineryAndContracts;

/** Import names that belong to vendors' SDKs; a star stands for any package of that scope. */
export const sdks = [
  "@slack/*",
  "octokit",
  "@octokit/*",
  "@gitbeaker/*",
  "@aws-sdk/*",
  "@smithy/*",
  "@keycloak/*",
  "@kubernetes/*",
];
