import type { GitHubSeeds } from "@sluice/simulators";

const names = ["shop", "billing", "search", "mail", "docs", "tools", "mobile", "infra"];

/** An organisation of forty repositories, some of them neglected. */
export const organization: GitHubSeeds = {
  users: ["ann", "ben", "cleo"],
  orgs: [
    {
      login: "acme",
      repos: Array.from({ length: 40 }, (_, index) => ({
        name: `${names[index % names.length]}-${index + 1}`,
        isPrivate: index % 4 === 0,
        issues: index % 9,
        files: {
          "README.md": "# Read me\n",
          ...(index % 3 === 0 ? {} : { ".github/CODEOWNERS": "* @acme/everyone\n" }),
          ...(index % 5 === 0 ? {} : { LICENSE: "MIT\n" }),
        },
      })),
    },
  ],
};
