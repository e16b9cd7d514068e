// Generated from data/aws.json by scripts/generate-s3-limits.mjs; do not edit.
// Figures as of documentation of 2026; SDK packages of 2026. Sources:
//   s3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
import type { PublishedFigure } from "../../limits/published-figure.js";

/** The request rates that S3 publishes: GET and HEAD, and PUT, COPY, POST and DELETE. @public */
export const s3Limits = {
  "reads": { limit: 5500, windowMs: 1000, scope: "per partitioned prefix", source: "s3" },
  "writes": { limit: 3500, windowMs: 1000, scope: "per partitioned prefix", source: "s3" },
} as const satisfies Readonly<Record<string, PublishedFigure>>;
