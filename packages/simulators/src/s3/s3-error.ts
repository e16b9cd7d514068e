import type { XmlElement } from "./wire/xml.js";

/** Codes of S3's errors: the status each comes with, and what its message says. */
const errors = {
  AccessDenied: [403, "Access Denied"],
  BadDigest: [400, "The Content-MD5 or checksum value that you specified did not match what the server received."],
  BucketAlreadyOwnedByYou: [409, "Your previous request to create the named bucket succeeded and you already own it."],
  BucketNotEmpty: [409, "The bucket you tried to delete is not empty"],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size"],
  IncompleteBody: [400, "The request body terminated unexpectedly"],
  InsufficientStorage: [507, "The simulator holds as many bytes as it may; see its option maxBytes."],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InvalidAccessKeyId: [403, "The AWS Access Key Id you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  ],
  InvalidPartOrder: [400, "The list of parts was not in ascending order. Parts must be ordered by part number."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidRequest: [400, "Invalid Request"],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, "Your key is too long"],
  MalformedXML: [400, "The XML you provided was not well-formed or did not validate against our published schema"],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchBucketPolicy: [404, "The bucket policy does not exist"],
  NoSuchConfiguration: [404, "The specified configuration does not exist."],
  NoSuchCORSConfiguration: [404, "The CORS configuration does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchLifecycleConfiguration: [404, "The lifecycle configuration does not exist"],
  NoSuchPublicAccessBlockConfiguration: [404, "The public access block configuration was not found"],
  NoSuchTagSet: [404, "The TagSet does not exist"],
  NoSuchUpload: [
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
  ],
  NoSuchWebsiteConfiguration: [404, "The specified bucket does not have a website configuration"],
  NotImplemented: [501, "A header you provided implies functionality that is not implemented"],
  NotModified: [304, "Not Modified"],
  ObjectLockConfigurationNotFoundError: [404, "Object Lock configuration does not exist for this bucket"],
  OwnershipControlsNotFoundError: [404, "The bucket ownership controls were not found"],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  ReplicationConfigurationNotFoundError: [404, "The replication configuration was not found"],
  ServerSideEncryptionConfigurationNotFoundError: [404, "The server side encryption configuration was not found"],
  SlowDown: [503, "Please reduce your request rate."],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

/** Code of an error. */
export type S3ErrorCode = keyof typeof errors;

/** What a request fails with. */
export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;
  /** Elements of the answer beside code and message. */
  readonly details: readonly XmlElement[];

  constructor(code: S3ErrorCode, details: readonly XmlElement[] = [], message: string = errors[code][1]) {
    super(message);
    this.name = "S3Error";
    this.code = code;
    this.status = errors[code][0];
    this.details = details;
  }
}

/** An argument out of range. */
export function invalidArgument(name: string, value: string, message: string): S3Error {
  return new S3Error(
    "InvalidArgument",
    [
      ["ArgumentName", name],
      ["ArgumentValue", value],
    ],
    message,
  );
}
