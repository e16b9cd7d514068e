import type { Hooks } from "@octokit/core/types";

/** A request as Octokit's hooks see it. Its fields may be changed; putting another object in its place is ignored. */
export type Options = Hooks["request"]["Options"];
export type Result = Hooks["request"]["Result"];

/** A hook around Octokit's requests, as `octokit.hook.wrap` takes it. */
export type OctokitHook = (send: Send, options: Options) => Promise<Result>;
export type Send = (options: Options) => Result | Promise<Result>;
