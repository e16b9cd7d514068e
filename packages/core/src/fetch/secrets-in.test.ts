import { describe, expect, it } from "vitest";
import { scrubText } from "../index.js";
import { secretsIn } from "./secrets-in.js";

const plain = new URL("https://acme.example/things");
const none = new Headers();

describe("the secrets in a request", () => {
  it.each([
    ["Authorization", "Bearer hunter2", ["Bearer hunter2", "hunter2"]],
    ["Proxy-Authorization", "Basic   dTpw", ["Basic   dTpw", "dTpw"]],
    ["authorization", "Bearer two words", ["Bearer two words", "two words"]],
    ["X-Api-Key", "k3y", ["k3y", "k3y"]],
    ["apikey", "k3y", ["k3y", "k3y"]],
    ["Cookie", "session=s3cret", ["session=s3cret", "session=s3cret"]],
    ["X-Session-Token", "s3cret", ["s3cret", "s3cret"]],
  ])("are the value of the header %s, with and without a scheme", (name, value, secrets) => {
    expect(secretsIn(plain, new Headers({ [name]: value }))).toEqual(secrets);
  });

  it.each([
    ["?client_secret=s3cret", ["s3cret"]],
    ["?page=2&X-Amz-Signature=abc&X-Amz-Credential=key", ["abc", "key"]],
    ["?token=a%20b", ["a b", "a%20b"]],
    ["?token=a+b%2fc", ["a b/c", "a%20b%2Fc", "a+b%2fc"]],
    ["?password=one=two", ["one=two", "one%3Dtwo"]],
    ["?%74oken=s3cret", ["s3cret"]],
  ])("are the telling parameters of %s, read, escaped and as they stand there", (query, secrets) => {
    expect(new Set(secretsIn(new URL(`https://acme.example/things${query}`), none))).toEqual(new Set(secrets));
  });

  it("can be taken out of the address, however it was written", () => {
    const url = new URL("https://acme.example/things?page=2");
    url.searchParams.set("token", "it's (a) s3cret/+");
    expect(scrubText(url.href, secretsIn(url, none))).toBe("https://acme.example/things?page=2&token=[secret]");
  });

  it.each([
    ["hunter2", ["hunter2", "hunter2"]],
    ["p%40ss", ["p%40ss", "p@ss"]],
    ["100%", ["100%", "100%"]],
  ])("are the password %s in the address, as it stands there and read", (password, secrets) => {
    expect(secretsIn(new URL(`https://user:${password}@acme.example/things`), none)).toEqual(secrets);
  });

  it("are not what other headers and parameters say, nor a user's name", () => {
    const url = new URL("https://user@acme.example/things?page=2&q=authorization");
    expect(secretsIn(url, new Headers({ accept: "text/plain, token", "user-agent": "acme/1 cookie" }))).toEqual([]);
  });

  it("are never an empty text, which is part of every other one", () => {
    const url = new URL("https://acme.example/things?token&secret=&password=s3cret");
    expect(secretsIn(url, new Headers({ authorization: "", cookie: "" }))).toEqual(["s3cret", "s3cret", "s3cret"]);
  });
});
