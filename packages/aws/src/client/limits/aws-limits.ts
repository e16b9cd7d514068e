import type { Call } from "@sluice/core";
import { type ChargeNotes, type Environment, setBy, type SetBy, sourceOf, type VendorLimits } from "@sluice/kit";
import type { Charge } from "@sluice/limiter";
import { requestOf } from "../../operations/request.js";
import { asOf, awsSources } from "../../quota/generated/limits.js";
import type { AwsQuotaOptions } from "../../quota/options.js";
import { upBucket } from "../../transport/throttled-bodies.js";
import { type AwsRequestsOptions, awsRequests } from "./aws-requests.js";
import { publishedOf, publishedWords } from "./published-of.js";

/** What the limits of AWS are explained by. */
export interface AwsLimitsOptions extends AwsRequestsOptions {
  readonly quota: AwsQuotaOptions;
  readonly env: Environment;
}

/** The limits of AWS as users ask about them. */
export function awsLimitsOf(options: AwsLimitsOptions): VendorLimits {
  return { ...awsRequests(options), describe: (charge, call) => describe(charge, call, options) };
}

function describe(charge: Charge, call: Call, { quota, env }: AwsLimitsOptions): ChargeNotes {
  const { name, server, region, input } = requestOf(call);
  const bucket = server === "" ? charge.bucket : charge.bucket.slice(0, -server.length);
  if (bucket === upBucket) {
    const by = setBy("quota.bytesPerSecond.up", quota.bytesPerSecond?.up, ["AWS_RATE_LIMIT_BYTES_UP"], env);
    return { scope: "bytes sent by all clients of the account and region", setBy: by };
  }
  const [service, action] = [name?.service ?? "other", name?.action ?? "other"];
  const given = [`${service}.${action}`, service].find((key) => quota.limits?.[key] !== undefined);
  if (given !== undefined) return { setBy: setBy(`quota.limits["${given}"]`, quota.limits?.[given], [], env) };
  const published = publishedOf(service, action, bucket);
  if (published === undefined) return adaptive(quota, env);
  const share = setBy("quota.share", quota.share, ["AWS_RATE_LIMIT_SHARE"], env);
  return {
    // The prefix of a key is told by a number, which that of no key is not.
    bucket: input["Key"] === "{Key}" ? charge.bucket.replace(/#\d+/, "#{Key}") : undefined,
    scope: published.scope,
    published: publishedWords(published, region),
    source: sourceOf(awsSources, published.source, asOf),
    setBy: s3Setting(bucket, quota, env) ?? share,
    note: published.note,
  };
}

/** What is set in place of the published rates of S3. */
function s3Setting(bucket: string, { s3 }: AwsQuotaOptions, env: Environment): SetBy | undefined {
  if (bucket.startsWith("S3.read:")) return setBy("quota.s3.reads", s3?.reads, ["AWS_RATE_LIMIT_S3_READS"], env);
  if (bucket.startsWith("S3.write:")) return setBy("quota.s3.writes", s3?.writes, ["AWS_RATE_LIMIT_S3_WRITES"], env);
  return undefined;
}

/** Where nothing is published. */
function adaptive(quota: AwsQuotaOptions, env: Environment): ChargeNotes {
  return {
    scope: "per action, per account, per region",
    setBy: setBy("quota.adaptive.startRate", quota.adaptive?.startRate, ["AWS_RATE_LIMIT_START_RATE"], env),
    note: "AWS publishes no figure for this action: the limit starts here, refusals lower it for the whole fleet, and it recovers within a minute",
  };
}
