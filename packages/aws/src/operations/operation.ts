import { ConfigError } from "@sluice/core";
import { awsOperations } from "./generated/operations.js";

/** Every name an operation may have in metrics, beside those that a client is told of. */
export const knownOperations: readonly string[] = [
  ...Object.entries(awsOperations).flatMap(([service, actions]) => actions.map((action) => `${service}.${action}`)),
  "other",
];

/** `S3` and `PutObject`, from the names that the SDK gives its client and its command. */
export interface OperationName {
  readonly service: string;
  readonly action: string;
}

/** What a command is called: `S3Client` and `PutObjectCommand` make `S3.PutObject`. The names are the SDK's classes, so there are not many. */
export function operationName(clientName: unknown, commandName: unknown): OperationName | undefined {
  if (typeof clientName !== "string" || typeof commandName !== "string") return undefined;
  const service = clientName.replace(/Client$/, "");
  const action = commandName.replace(/Command$/, "");
  return /^\w{1,64}$/.test(service) && /^\w{1,96}$/.test(action) ? { service, action } : undefined;
}

export function operationOf(name: OperationName | undefined): string {
  return name === undefined ? "other" : `${name.service}.${name.action}`;
}

/** The operations of an aggregated client, whose prototype has a method for each: `s3.putObject`. */
export function operationsOf(ClientClass: { readonly name: string; readonly prototype: object }): readonly string[] {
  return Object.keys(ClientClass.prototype)
    .filter((method) => /^[a-z]\w*$/.test(method) && !/^(?:send$|destroy$|paginate[A-Z]|waitUntil[A-Z])/.test(method))
    .map((method) => `${ClientClass.name}.${method.charAt(0).toUpperCase()}${method.slice(1)}`);
}

/** @throws ConfigError for anything but a list of names like `SQS.SendMessage`. */
export function checkOperations(names: unknown): readonly string[] {
  const accepted = "a list of names such as SQS.SendMessage";
  if (!Array.isArray(names)) throw new ConfigError({ option: "operations", accepted, value: names });
  return names.map((name: unknown) => {
    if (typeof name === "string" && /^\w{1,64}\.\w{1,96}$/.test(name)) return name;
    throw new ConfigError({ option: "operations", accepted, value: name });
  });
}
