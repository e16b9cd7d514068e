import { type Call, createCall } from "@sluice/core";
import { findName, type VendorLimits } from "@sluice/kit";
import { knownOperations, type OperationName, operationName } from "../../operations/operation.js";
import { withRequest } from "../../operations/request.js";
import { globalServices } from "../../quota/services.js";
import { decidingArguments } from "./deciding-arguments.js";
import type { AwsPlace } from "./aws-place.js";

/** Whose requests are asked about. */
export interface AwsRequestsOptions {
  readonly account: string;
  /** The service of the client, which a name may leave out: `S3`. */
  readonly service: string;
  /** Names beside those this package knows. */
  readonly operations: readonly string[];
  readonly place: () => AwsPlace;
}

/** The commands of a client: `S3.PutObject`, `PutObject`, `PutObjectCommand` and `putObject` are one. */
export function awsRequests({
  account,
  service,
  operations,
  place,
}: AwsRequestsOptions): Pick<VendorLimits, "account" | "operations" | "requests"> {
  const all = [...new Set([...knownOperations, ...operations])].filter((name) => name !== "other");
  const own = all.filter((name) => name.startsWith(`${service}.`));
  const { region } = place();
  return {
    account: region === undefined || globalServices.has(service) ? account : `${account}/${region}`,
    operations: own,
    requests(operation, args) {
      const bare = operation.replace(/Command$/, "");
      const found = findName(bare, all) ?? findName(`${service}.${bare}`, own) ?? unlisted(bare, service, own);
      const [of = "", action = ""] = found?.split(".") ?? [];
      const name = operationName(of, action);
      return name === undefined ? undefined : [callOf(account, name, args, place())];
    },
  };
}

/** Of some services this package knows no list; what is named like an action of theirs is taken for one. */
function unlisted(bare: string, service: string, own: readonly string[]): string | undefined {
  const action = bare.startsWith(`${service}.`) ? bare.slice(service.length + 1) : bare;
  return own.length === 0 && service !== "" && /^[A-Z]\w{1,95}$/.test(action) ? `${service}.${action}` : undefined;
}

function callOf(account: string, name: OperationName, args: unknown, { region, server }: AwsPlace): Call {
  const given = (typeof args === "object" && args !== null ? args : {}) as Readonly<Record<string, unknown>>;
  const filled = Object.fromEntries(decidingArguments(name).map((key) => [key, `{${key}}`]));
  const input = { ...filled, ...given };
  const whose = region === undefined || globalServices.has(name.service) ? account : `${account}/${region}`;
  // S3 counts by the HTTP method, which its actions' names tell; no other service does.
  const verb = /^(?:Get|Head|List)[A-Z]/.test(name.action) ? "GET" : "POST";
  const call = createCall({
    provider: "aws",
    account: whose,
    operation: `${name.service}.${name.action}`,
    verb,
    args: input,
  });
  return withRequest(call, { name, input, region, server, bodyBytes: undefined, mostAttempts: undefined });
}
