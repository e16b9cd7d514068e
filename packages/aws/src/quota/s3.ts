import { specialLimits } from "./generated/limits.js";
import { chargeOf, type Rule, type RuleTools, textOf } from "./rule.js";

/** Requests that are about objects although they name no key. */
const aboutObjects = /^(?:ListObjects|ListObjectsV2|ListObjectVersions|ListMultipartUploads|DeleteObjects)$/;

/** S3 counts GET and HEAD, and everything else, per prefix. For the management of buckets nothing is published. */
export function s3Rule({ config, limitOf }: RuleTools): Rule {
  const { prefixDepth, prefixes, reads, writes } = config.s3;
  return (action, { input, region }, { verb }) => {
    const bucket = textOf(input["Bucket"]);
    const key = textOf(input["Key"]);
    if (bucket === undefined || (key === undefined && !aboutObjects.test(action))) return undefined;
    const prefix = prefixOf(key ?? textOf(input["Prefix"]) ?? "", prefixDepth);
    const where = `${bucket}${prefixDepth === 0 ? "" : `#${slotOf(prefix, prefixes)}`}`;
    return verb === "GET" || verb === "HEAD"
      ? [chargeOf(`S3.read:${where}`, reads ?? limitOf(specialLimits.s3Read, region))]
      : [chargeOf(`S3.write:${where}`, writes ?? limitOf(specialLimits.s3Write, region))];
  };
}

/** The first folders of a key. */
export function prefixOf(key: string, depth: number): string {
  return key.split("/").slice(0, -1).slice(0, depth).join("/");
}

/**
 * One of so many slots for any number of prefixes, the same one in every process. Two prefixes in one slot share a limit, which
 * is slower than need be and never too fast. FNV-1a.
 */
export function slotOf(prefix: string, slots: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < prefix.length; at += 1) hash = Math.imul(hash ^ prefix.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % slots;
}
