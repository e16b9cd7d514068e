import type { PolicyEngine } from "@sluice/policy";
import type { Body } from "./fields.js";

/** A change that may be asked for. */
export interface Action {
  /** Fields of its own. */
  readonly fields: readonly string[];
  /** @returns what was done, for people. @throws Refused when it cannot be done as things are. */
  run(body: Body, engine: PolicyEngine): Promise<string>;
}
