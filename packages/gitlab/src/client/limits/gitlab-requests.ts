import { type Call, createCall } from "@sluice/core";
import { findName, type VendorLimits } from "@sluice/kit";
import { operationsOf } from "../../operations/operation.js";
import { setRequest } from "../../operations/request.js";
import { direct } from "../methods.js";
import { dryRun } from "./dry-run.js";

/** The methods of the SDK's resources, `Projects.all` and so on. The arguments are those of the method, as a list. */
export function gitlabRequests(
  account: string,
  client: object,
): Pick<VendorLimits, "account" | "operations" | "requests"> {
  const operations = operationsOf(client).filter((name) => name !== direct);
  return {
    account,
    operations,
    requests(operation, args) {
      const name = findName(operation, operations);
      if (name === undefined) return undefined;
      const [resource = "", method = ""] = name.split(".");
      const sent = dryRun(client, resource, method, args === undefined ? [] : [args].flat());
      if (sent.length === 0) return [callOf(account, name, "GET")];
      return sent.map(({ verb, path }) => {
        const call = callOf(account, name, verb);
        setRequest(call, { verb, path, endpoint: path });
        return call;
      });
    },
  };
}

function callOf(account: string, operation: string, verb: string): Call {
  return createCall({ provider: "gitlab", account, operation, verb });
}
