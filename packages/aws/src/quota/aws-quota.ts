import type { Call } from "@sluice/core";
import type { Charge, Quota } from "@sluice/limiter";
import { requestOf } from "../operations/request.js";
import { upBucket } from "../transport/throttled-bodies.js";
import { ec2Rule } from "./ec2.js";
import { kmsRule } from "./kms.js";
import type { AwsQuotaConfig } from "./options.js";
import { publishedCharges } from "./published.js";
import { dynamodbRule, lambdaRule, snsRule, sqsRule } from "./queues-and-tables.js";
import { route53Rule } from "./route53.js";
import { chargeOf, type Rule, type RuleTools } from "./rule.js";
import { s3Rule } from "./s3.js";
import { createSizes } from "./sizes.js";

/** What AWS counts, and the part of it that is most a request's own. */
export interface AwsQuota {
  readonly charges: Quota;
  /** The bucket that a refusal is about: the action's, or the prefix's, and not those that others share with it. */
  readonly own: Quota;
  /** How long a refusal that does not say pauses: for actions of which nothing is published. Unit: milliseconds; 0 for not at all. */
  readonly pauseMs: (call: Call) => number;
}

/**
 * AWS's rules: published buckets where there are some, per account and region; elsewhere a generous limit for each action that
 * refusals lower for the whole fleet.
 */
export function createAwsQuota(config: AwsQuotaConfig): AwsQuota {
  const tools: RuleTools = { config, limitOf: createSizes(config) };
  const special: Readonly<Record<string, Rule>> = {
    S3: s3Rule(tools),
    EC2: ec2Rule(tools),
    KMS: withPublished("KMS", kmsRule(tools), tools),
    Route53: route53Rule(tools),
    SQS: sqsRule(tools),
    SNS: snsRule(tools),
    Lambda: lambdaRule(tools),
    DynamoDB: dynamodbRule(tools),
  };
  const rules = new Map<string, Rule>(Object.entries(special));
  const ruleFor = (service: string): Rule => {
    let rule = rules.get(service);
    if (rule === undefined) rules.set(service, (rule = publishedCharges(service, tools)));
    return rule;
  };
  /** What is published about a request, or was set by the user. */
  const known = (call: Call): readonly Charge[] | undefined => {
    const request = requestOf(call);
    const { name } = request;
    if (name === undefined) return undefined;
    const given = config.limits.get(`${name.service}.${name.action}`) ?? config.limits.get(name.service);
    return given === undefined
      ? ruleFor(name.service)(name.action, request, call)
      : [chargeOf(given.bucket, given.limit)];
  };
  const requests = (call: Call): readonly Charge[] => {
    const { name, server } = requestOf(call);
    const unknown = name === undefined ? "other" : `${name.service}.${name.action}`;
    const charges = known(call) ?? [chargeOf(unknown, config.adaptive.limit)];
    return server === "" ? charges : charges.map((charge) => ({ ...charge, bucket: `${charge.bucket}${server}` }));
  };
  const bytes = (call: Call): readonly Charge[] => {
    const { up } = config.bytes;
    const { bodyBytes } = requestOf(call);
    // What does not fit at once, or has no known length, is slowed down on its way.
    if (up === undefined || bodyBytes === undefined || bodyBytes === 0 || bodyBytes > up.burst) return [];
    return [{ bucket: upBucket, limit: up, cost: bodyBytes }];
  };
  return {
    charges: (call) => [...requests(call), ...bytes(call)],
    own: (call) => requests(call).slice(0, 1),
    pauseMs: (call) => (known(call) === undefined ? config.adaptive.pauseMs : 0),
  };
}

/** The rule, and for actions it knows nothing of what is published by action. */
function withPublished(service: string, rule: Rule, tools: RuleTools): Rule {
  const published = publishedCharges(service, tools);
  return (action, request, call) => rule(action, request, call) ?? published(action, request, call);
}
