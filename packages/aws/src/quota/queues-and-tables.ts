import type { Charge } from "@sluice/limiter";
import { specialLimits } from "./generated/limits.js";
import { publishedCharges } from "./published.js";
import { chargeOf, lengthOfList, type Rule, type RuleTools, textOf } from "./rule.js";

/** SQS publishes limits of FIFO queues alone, per queue and action. */
export function sqsRule({ limitOf }: RuleTools): Rule {
  return (action, { input, region }) => {
    const queue = textOf(input["QueueUrl"])?.split("/").at(-1);
    if (queue?.endsWith(".fifo") !== true || !specialLimits.sqsFifo.actions.includes(action as never)) return undefined;
    return [chargeOf(`SQS.${action.replace(/Batch$/, "")}:${queue}`, limitOf(specialLimits.sqsFifo, region))];
  };
}

/** SNS counts published messages, apart for FIFO topics. */
export function snsRule(tools: RuleTools): Rule {
  const published = publishedCharges("SNS", tools);
  return (action, request, call) => {
    if (action !== "Publish" && action !== "PublishBatch") return published(action, request, call);
    const { input, region } = request;
    const limit =
      textOf(input["TopicArn"])?.endsWith(".fifo") === true ? specialLimits.snsPublishFifo : specialLimits.snsPublish;
    const messages = lengthOfList(input["PublishBatchRequestEntries"]);
    return [chargeOf(`SNS.${limit.bucket}`, tools.limitOf(limit, region), Math.max(1, messages))];
  };
}

/** Lambda counts its control plane together; invocations are bounded by the concurrency of functions, which nobody here knows. */
export function lambdaRule(tools: RuleTools): Rule {
  const published = publishedCharges("Lambda", tools);
  return (action, request, call) => {
    if (action.startsWith("Invoke")) return undefined;
    return (
      published(action, request, call) ?? [
        chargeOf("Lambda.controlPlane", tools.limitOf(specialLimits.lambdaControl, request.region)),
      ]
    );
  };
}

/**
 * DynamoDB publishes its control plane, and the capacity a table may have by default. What a table really has is not known, so
 * that figure is where the adaptive limit of each table starts. Units are counted by items, the least that they can cost.
 */
export function dynamodbRule(tools: RuleTools): Rule {
  const published = publishedCharges("DynamoDB", tools);
  const tableCharge = (table: string, reading: boolean, items: number, region: string | undefined): Charge => {
    const limit = reading ? specialLimits.dynamodbTableRead : specialLimits.dynamodbTableWrite;
    return chargeOf(`DynamoDB.${limit.bucket}:${table}`, tools.limitOf(limit, region), Math.max(1, items));
  };
  return (action, request, call) => {
    const { input, region } = request;
    const table = textOf(input["TableName"]);
    if (action === "UpdateTimeToLive" && table !== undefined)
      return [chargeOf(`DynamoDB.${action}:${table}`, tools.limitOf(specialLimits.dynamodbTimeToLive, region))];
    const listed = published(action, request, call);
    if (listed !== undefined) return listed;
    const reading = /^(?:GetItem|BatchGetItem|Query|Scan|TransactGetItems)$/.test(action);
    if (!reading && !/^(?:PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/.test(action))
      return undefined;
    const charges = [...tablesOf(table, input)].map(([name, items]) => tableCharge(name, reading, items, region));
    return charges.length === 0 ? undefined : charges;
  };
}

/** Tables that a request is about, with the items it names of each. */
function tablesOf(table: string | undefined, input: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
  const tables = new Map<string, number>();
  const add = (name: string, items: number): void => void tables.set(name, (tables.get(name) ?? 0) + items);
  if (table !== undefined) add(table, 1);
  for (const [name, asked] of Object.entries((input["RequestItems"] ?? {}) as Readonly<Record<string, unknown>>))
    add(name, lengthOfList(Array.isArray(asked) ? asked : (asked as { readonly Keys?: unknown } | null)?.Keys));
  for (const item of Array.isArray(input["TransactItems"]) ? (input["TransactItems"] as unknown[]) : [])
    for (const part of Object.values((item ?? {}) as Readonly<Record<string, unknown>>)) {
      const name = textOf((part as { readonly TableName?: unknown } | null)?.TableName);
      if (name !== undefined) add(name, 1);
    }
  return tables;
}
