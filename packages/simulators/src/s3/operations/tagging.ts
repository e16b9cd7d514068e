import { S3Error } from "../s3-error.js";
import { parseXml, xmlChildren, xmlText, type XmlElement } from "../wire/xml.js";
import { bucketOf, objectOf, xmlReply, type S3Call, type S3Operations, type S3Reply } from "./operation.js";

/** Operations on the tags of an object. */
export const taggingOperations: S3Operations = {
  GetObjectTagging: (call) =>
    xmlReply("Tagging", [
      [
        "TagSet",
        [...objectOf(call).tags].map(([key, value]): XmlElement => [
          "Tag",
          [
            ["Key", key],
            ["Value", value],
          ],
        ]),
      ],
    ]),
  PutObjectTagging: (call) => replaceTags(call, sentTags(call)),
  DeleteObjectTagging: (call) => ({ ...replaceTags(call, new Map()), status: 204 }),
};

/** Most tags of an object. */
const mostTags = 10;

function replaceTags(call: S3Call, tags: ReadonlyMap<string, string>): S3Reply {
  bucketOf(call).putObject({ ...objectOf(call), tags });
  return {};
}

function sentTags({ request }: S3Call): ReadonlyMap<string, string> {
  const tree = parseXml(Buffer.from(request.content()).toString(), "Tagging");
  const [set] = xmlChildren(tree, "TagSet");
  if (set === undefined) throw new S3Error("MalformedXML");
  const tags = new Map(xmlChildren(set, "Tag").map((tag) => [xmlText(tag, "Key") ?? "", xmlText(tag, "Value") ?? ""]));
  if (tags.size > mostTags) throw new S3Error("InvalidRequest", [], `Object tags cannot be greater than ${mostTags}`);
  return tags;
}
