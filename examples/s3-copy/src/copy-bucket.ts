import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** What was copied. */
export interface Copied {
  readonly objects: number;
  readonly bytes: number;
}

// #region copy
/** Copies every object of one bucket into another, all of a page at once, and tells of each how large it was. */
export async function copyBucket(
  s3: S3Client,
  from: string,
  to: string,
  onCopied: (bytes: number) => void,
): Promise<Copied> {
  const sizes: number[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: from, MaxKeys: 12, ContinuationToken: token }));
    await Promise.all(
      (page.Contents ?? []).map(async ({ Key }) => {
        const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: from, Key }));
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        await s3.send(new PutObjectCommand({ Bucket: to, Key, Body: bytes, ContentType }));
        sizes.push(bytes.length);
        onCopied(bytes.length);
      }),
    );
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return { objects: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
// #endregion
