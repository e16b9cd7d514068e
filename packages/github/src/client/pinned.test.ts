import { request } from "@octokit/request";
import { expect, it } from "vitest";

it("requests are sent by the version of @octokit/request whose behaviour was tried", () => {
  expect(request.endpoint.DEFAULTS.headers["user-agent"]).toMatch(/^octokit-request\.js\/10\.0\.14 /);
});
