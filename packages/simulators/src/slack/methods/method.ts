import type { Bot, Workspace } from "../state/model.js";
import type { WritableState } from "../state/state.js";
import type { Arguments } from "./arguments.js";

/** One authorised call of a method. */
export interface MethodCall {
  readonly args: Arguments;
  readonly workspace: Workspace;
  /** Who calls: the app of the token. */
  readonly caller: Bot;
  readonly token: string;
  readonly state: WritableState;
  /** The server's own address, for the URLs it gives out. */
  readonly origin: string;
  /** Makes the token worthless. */
  revoke(): void;
}

/** What a method answers beside `ok: true`; it throws a `MethodError` to answer `ok: false`. */
export type Method = (call: MethodCall) => Readonly<Record<string, unknown>>;

/** Methods by name. */
export type Methods = Readonly<Record<string, Method>>;
