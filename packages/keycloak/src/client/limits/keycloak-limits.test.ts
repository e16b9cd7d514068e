import { withCaller } from "@sluice/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { createKeycloakApi } from "../create-keycloak-api.js";
import type { KeycloakFactoryOptions } from "../options.js";

let accounts = 0;

function api(options: KeycloakFactoryOptions = {}) {
  accounts += 1;
  const made = createKeycloakApi(`account-${accounts}`, { baseUrl: "http://127.0.0.1:1", env: {}, ...options });
  onTestFinished(() => made.close());
  return made;
}

const bucketsOf = (made: Pick<ReturnType<typeof api>, "limits">) =>
  made
    .limits()
    .explain("users.find")
    .limits.map(({ bucket }) => bucket);

describe("an explanation of a method of Keycloak", () => {
  it("names the global rate and the caller's own, by the client's caller or the context's", () => {
    expect(bucketsOf(api())).toEqual(["global", "namespace:{namespace}"]);
    expect(bucketsOf(api().as({ namespace: "team-a" }))).toEqual(["global", "namespace:team-a"]);
    expect(withCaller({ namespace: "team-b" }, () => bucketsOf(api()))).toEqual(["global", "namespace:team-b"]);
    expect(
      api()
        .limits()
        .explain("auth")
        .limits.map(({ bucket }) => bucket),
    ).toEqual(["global"]);
  });

  it("says that the rates are the client's and the server has none", () => {
    const { text } = api().limits().explain("users.find");
    expect(text).toContain("50 per second, at most 100 at once");
    expect(text).toContain("https://github.com/keycloak/keycloak/issues/48389");
  });

  it.each([
    [{}, {}, [null, null]],
    [{ quota: { global: { refillRate: 9 } } }, {}, ["quota.global.refillRate", null]],
    [{}, { KEYCLOAK_API_NAMESPACE_BURST: "4" }, [null, "KEYCLOAK_API_NAMESPACE_BURST"]],
    [{}, { KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS: "9" }, ["KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS", null]],
  ])("with %j and %j says what decided", (options, env, names) => {
    const { limits } = api({ ...options, env })
      .limits()
      .explain("users.find");
    expect(limits.map(({ setBy }) => setBy.name)).toEqual(names);
  });
});
