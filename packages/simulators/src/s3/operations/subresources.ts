/** Names of operations by verb. */
export type OperationsByVerb = Readonly<Partial<Record<string, string>>>;

/** Operations on a part of a bucket, by the query parameter that names the part. */
export const bucketSubresources: Readonly<Record<string, OperationsByVerb>> = {
  abac: settable("BucketAbac"),
  accelerate: settable("BucketAccelerateConfiguration"),
  acl: settable("BucketAcl"),
  analytics: listable("BucketAnalyticsConfiguration"),
  cors: deletable("BucketCors"),
  delete: { POST: "DeleteObjects" },
  encryption: deletable("BucketEncryption"),
  "intelligent-tiering": listable("BucketIntelligentTieringConfiguration"),
  inventory: listable("BucketInventoryConfiguration"),
  lifecycle: { ...settable("BucketLifecycleConfiguration"), DELETE: "DeleteBucketLifecycle" },
  location: { GET: "GetBucketLocation" },
  logging: settable("BucketLogging"),
  metadataAnnotationTable: { PUT: "UpdateBucketMetadataAnnotationTableConfiguration" },
  metadataConfiguration: creatable("BucketMetadataConfiguration"),
  metadataInventoryTable: { PUT: "UpdateBucketMetadataInventoryTableConfiguration" },
  metadataJournalTable: { PUT: "UpdateBucketMetadataJournalTableConfiguration" },
  metadataTable: creatable("BucketMetadataTableConfiguration"),
  metrics: listable("BucketMetricsConfiguration"),
  notification: settable("BucketNotificationConfiguration"),
  "object-lock": settable("ObjectLockConfiguration"),
  ownershipControls: deletable("BucketOwnershipControls"),
  policy: deletable("BucketPolicy"),
  policyStatus: { GET: "GetBucketPolicyStatus" },
  publicAccessBlock: deletable("PublicAccessBlock"),
  replication: deletable("BucketReplication"),
  requestPayment: settable("BucketRequestPayment"),
  session: { GET: "CreateSession" },
  tagging: deletable("BucketTagging"),
  uploads: { GET: "ListMultipartUploads" },
  versioning: settable("BucketVersioning"),
  versions: { GET: "ListObjectVersions" },
  website: deletable("BucketWebsite"),
};

/** Operations on a part of an object, by the query parameter that names the part. */
export const objectSubresources: Readonly<Record<string, OperationsByVerb>> = {
  acl: settable("ObjectAcl"),
  annotation: deletable("ObjectAnnotation"),
  attributes: { GET: "GetObjectAttributes" },
  encryption: { PUT: "UpdateObjectEncryption" },
  "legal-hold": settable("ObjectLegalHold"),
  renameObject: { PUT: "RenameObject" },
  restore: { POST: "RestoreObject" },
  retention: settable("ObjectRetention"),
  select: { POST: "SelectObjectContent" },
  tagging: deletable("ObjectTagging"),
  torrent: { GET: "GetObjectTorrent" },
  uploads: { POST: "CreateMultipartUpload" },
};

function settable(name: string): OperationsByVerb {
  return { GET: `Get${name}`, PUT: `Put${name}` };
}

function deletable(name: string): OperationsByVerb {
  return { ...settable(name), DELETE: `Delete${name}` };
}

function listable(name: string): OperationsByVerb {
  return { ...deletable(name), LIST: `List${name}s` };
}

function creatable(name: string): OperationsByVerb {
  return { GET: `Get${name}`, POST: `Create${name}`, DELETE: `Delete${name}` };
}
