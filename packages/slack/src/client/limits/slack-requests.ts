import { type Call, createCall } from "@sluice/core";
import { findName, type VendorLimits } from "@sluice/kit";
import { accessOf } from "../../operations/access.js";
import { knownOperations, upload } from "../../operations/operation.js";
import { withRequest } from "../../operations/request.js";
import { accountOf } from "../account.js";

/** Methods by their names, as in Slack's documentation. */
export const slackOperations: readonly string[] = knownOperations.filter((name) => name !== "other");

/** Methods that the SDK makes of several requests. */
const composites: Readonly<Record<string, readonly string[]>> = {
  "files.uploadV2": ["files.getUploadURLExternal", upload, "files.completeUploadExternal"],
};

/** The requests of a method, as the quota is asked about them. */
export function slackRequests(workspace: string, token: string | undefined): VendorLimits["requests"] {
  return (operation, args) => {
    const name = findName(operation, slackOperations);
    if (name === undefined) return undefined;
    const given = (args ?? {}) as Readonly<Record<string, unknown>>;
    const account = accountOf(workspace, token, given["token"]);
    return (composites[name] ?? [name]).map((method) => requestOf(method, given, account));
  };
}

function requestOf(method: string, args: Readonly<Record<string, unknown>>, account: string): Call {
  const argument = (name: string): string => {
    const value = args[name];
    return typeof value === "string" && value !== "" ? value : `{${name}}`;
  };
  const access = method === upload ? "write" : accessOf(method);
  const call = createCall({ provider: "slack", account, operation: method, verb: "POST", access, args });
  return withRequest(call, { method, channel: argument("channel"), user: argument("user"), onRateLimited: () => {} });
}
