import { S3Error } from "../s3-error.js";
import { checkBucketName } from "../state/bucket-name.js";
import { compareKeys } from "../state/key-order.js";
import { parseXml, xmlText, type XmlElement } from "../wire/xml.js";
import { bucketOf, isoTime, xmlReply, type S3Call, type S3Operations, type S3Reply } from "./operation.js";

/** Operations on buckets as a whole. */
export const bucketOperations: S3Operations = {
  ListBuckets: list,
  CreateBucket: create,
  HeadBucket: (call) => ({ headers: { "x-amz-bucket-region": bucketOf(call).region } }),
  DeleteBucket: remove,
  GetBucketLocation: location,
};

/** The owner of everything. */
export const owner: readonly XmlElement[] = [
  ["ID", "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"],
  ["DisplayName", "acme"],
];

const mostBuckets = 10_000;

function list({ request: { query }, state }: S3Call): S3Reply {
  const prefix = query.get("prefix") ?? "";
  const after = query.get("continuation-token") ?? "";
  const most = Math.min(mostBuckets, Number(query.get("max-buckets") ?? mostBuckets));
  const found = [...state.buckets.values()]
    .filter(({ name }) => name.startsWith(prefix) && name > after)
    .toSorted((one, other) => compareKeys(one.name, other.name));
  const page = found.slice(0, most);
  return xmlReply("ListAllMyBucketsResult", [
    ["Owner", owner],
    [
      "Buckets",
      page.map(({ name, createdMs, region }): XmlElement => [
        "Bucket",
        [
          ["Name", name],
          ["CreationDate", isoTime(createdMs)],
          ["BucketRegion", region],
        ],
      ]),
    ],
    ["Prefix", query.get("prefix") ?? undefined],
    ["ContinuationToken", found.length > page.length ? page.at(-1)?.name : undefined],
  ]);
}

/** To make a bucket twice is an error, but not in the oldest region. */
function create({ request, state, region }: S3Call): S3Reply {
  const name = checkBucketName(request.bucket ?? "");
  const text = Buffer.from(request.content()).toString();
  const settings = text === "" ? "" : parseXml(text, "CreateBucketConfiguration");
  if (settings === undefined) throw new S3Error("MalformedXML");
  const where = xmlText(settings, "LocationConstraint") ?? region;
  const present = state.buckets.get(name);
  if (present !== undefined && !(present.region === where && where === "us-east-1")) {
    throw new S3Error("BucketAlreadyOwnedByYou", [["BucketName", name]]);
  }
  if (present === undefined) state.addBucket(name, where);
  return { headers: { location: `/${name}` } };
}

function remove(call: S3Call): S3Reply {
  const bucket = bucketOf(call);
  if (bucket.objects.size > 0) throw new S3Error("BucketNotEmpty", [["BucketName", bucket.name]]);
  for (const upload of bucket.uploads.values()) bucket.dropUpload(upload);
  call.state.buckets.delete(bucket.name);
  return { status: 204 };
}

/** The oldest region has no name here. */
function location(call: S3Call): S3Reply {
  const { region } = bucketOf(call);
  const reply = xmlReply("LocationConstraint", []);
  if (region === "us-east-1") return reply;
  return { ...reply, body: String(reply.body).replace("></Location", `>${region}</Location`) };
}
