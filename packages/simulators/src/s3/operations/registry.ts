import { bucketOperations } from "./buckets.js";
import { copyOperations } from "./copy.js";
import { listObjectsOperations } from "./list-objects.js";
import { listUploadsOperations } from "./list-uploads.js";
import { multipartOperations } from "./multipart.js";
import type { S3Operation } from "./operation.js";
import { readObjectOperations } from "./read-objects.js";
import { settingOperations } from "./settings.js";
import { taggingOperations } from "./tagging.js";
import { writeObjectOperations } from "./write-objects.js";

/** The operations that are simulated, by name; all others are answered with `NotImplemented`. */
export const operations: ReadonlyMap<string, S3Operation> = new Map(
  Object.entries({
    ...settingOperations,
    ...bucketOperations,
    ...readObjectOperations,
    ...writeObjectOperations,
    ...copyOperations,
    ...listObjectsOperations,
    ...multipartOperations,
    ...listUploadsOperations,
    ...taggingOperations,
  }),
);
