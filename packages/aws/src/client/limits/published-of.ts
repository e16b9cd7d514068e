import {
  awsLimits,
  ec2Actions,
  ec2ResourceIntensive,
  ec2Resources,
  kmsKeyPairs,
  specialLimits,
} from "../../quota/generated/limits.js";
import type { PublishedLimit, PublishedSize } from "../../quota/published-limit.js";

/** The published limit that a bucket keeps; undefined where nothing is published. The names are those that the quota gives them. */
export function publishedOf(service: string, action: string, bucket: string): PublishedLimit | undefined {
  const rest = bucket.slice(service.length + 1);
  if (service === "EC2") return ec2Of(action, rest);
  const listed = awsLimits[service]?.find((limit) => limit.bucket === rest);
  if (listed !== undefined) return listed;
  if (service === "KMS")
    return Object.values(kmsKeyPairs).find((pair) => pair.bucket === rest) ?? specialOf("KMS", rest);
  if (service === "Route53" && rest === action) return specialLimits.route53Action;
  if (service === "SQS") return specialLimits.sqsFifo;
  return specialOf(service, rest);
}

/** Limits that depend on arguments, by the beginning of their buckets' names within the service. */
const special: Readonly<Record<string, Readonly<Record<string, PublishedLimit>>>> = {
  S3: { read: specialLimits.s3Read, write: specialLimits.s3Write },
  KMS: {
    symmetric: specialLimits.kmsSymmetric,
    rsa: specialLimits.kmsRsa,
    mlDsa: specialLimits.kmsMlDsa,
    eccSm2: specialLimits.kmsEccSm2,
  },
  Route53: { changes: specialLimits.route53Changes },
  SNS: { publish: specialLimits.snsPublish, publishFifo: specialLimits.snsPublishFifo },
  Lambda: { controlPlane: specialLimits.lambdaControl },
  DynamoDB: {
    read: specialLimits.dynamodbTableRead,
    write: specialLimits.dynamodbTableWrite,
    UpdateTimeToLive: specialLimits.dynamodbTimeToLive,
  },
};

function specialOf(service: string, rest: string): PublishedLimit | undefined {
  return special[service]?.[rest.split(":")[0] ?? ""];
}

function ec2Of(action: string, rest: string): PublishedLimit | undefined {
  if (rest.endsWith(":instances")) return ec2Resources[action];
  if (rest.endsWith(":unfiltered")) return specialLimits.ec2Unfiltered;
  const own = ec2Actions[action];
  if (own !== undefined) return own;
  if (ec2ResourceIntensive.actions.includes(action)) return ec2ResourceIntensive;
  return /^(?:Describe|List|Search|Get)/.test(action) ? specialLimits.ec2NonMutating : specialLimits.ec2Mutating;
}

/** The size that holds in a region, in words. */
export function publishedWords(limit: PublishedLimit, region: string | undefined): string {
  const own = region === undefined ? undefined : limit.byRegion?.[region];
  const where = own !== undefined ? ` in ${region}` : limit.byRegion === undefined ? "" : ", more in some regions";
  const size: PublishedSize = own ?? limit;
  return "capacity" in size
    ? `a bucket of ${size.capacity}, refilled by ${size.refillPerSecond} per second${where}`
    : `${size.limit} in ${size.windowMs / 1000} s${where}`;
}
