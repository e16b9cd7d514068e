/** What a request is about. */
export interface Address {
  /** Absent when the request is about the service as a whole. */
  readonly bucket: string | undefined;
  /** Absent when the request is about the bucket as a whole. */
  readonly key: string | undefined;
}

const ipAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/;
/** Hosts that stand for the service; whatever comes before is a bucket. */
const serviceHost = /^(?:(?<bucket>.+)\.)?(?:localhost|s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?)$/;

/**
 * Reads bucket and key, the bucket from the host (`bucket.localhost:4000/key`) or else from the path (`localhost:4000/bucket/key`).
 * The path must be as it came over the wire: keys may hold what an URL parser would tidy away. Undefined when it cannot be decoded.
 */
export function readAddress(host: string, path: string): Address | undefined {
  try {
    const named = bucketOfHost(host);
    if (named !== undefined) return { bucket: named, key: present(decodeURIComponent(path.slice(1))) };
    const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
    return { bucket: present(decodeURIComponent(bucket)), key: present(decodeURIComponent(key)) };
  } catch {
    return undefined;
  }
}

function bucketOfHost(host: string): string | undefined {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return ipAddress.test(name) ? undefined : serviceHost.exec(name)?.groups?.["bucket"];
}

function present(text: string): string | undefined {
  return text === "" ? undefined : text;
}
