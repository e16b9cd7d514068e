import { createHash } from "node:crypto";

/** Name of a checksum, as in `x-amz-checksum-<name>`. */
export type ChecksumAlgorithm = "crc32" | "crc32c" | "crc64nvme" | "sha1" | "sha256";

/** Checksums that can be asked for; `crc64nvme` is taken as it comes and never computed. */
export const checksumAlgorithms: readonly ChecksumAlgorithm[] = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];

/** The checksum of some bytes in base64; undefined where it is not computed here. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string | undefined {
  switch (algorithm) {
    case "crc32":
      return base64OfWord(crc(bytes, crc32Table));
    case "crc32c":
      return base64OfWord(crc(bytes, crc32cTable));
    case "crc64nvme":
      return undefined;
    case "sha1":
    case "sha256":
      return createHash(algorithm).update(bytes).digest("base64");
  }
}

/** The MD5 of some bytes. */
export function md5Of(...pieces: readonly Uint8Array[]): Buffer {
  const hash = createHash("md5");
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

const crc32Table = crcTable(0xed_b8_83_20);
const crc32cTable = crcTable(0x82_f6_3b_78);

function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let word = byte;
    for (let bit = 0; bit < 8; bit += 1) word = word & 1 ? (word >>> 1) ^ polynomial : word >>> 1;
    return word;
  });
}

function crc(bytes: Uint8Array, table: Uint32Array): number {
  let word = 0xff_ff_ff_ff;
  for (const byte of bytes) word = (word >>> 8) ^ (table[(word ^ byte) & 0xff] ?? 0);
  return ~word >>> 0;
}

function base64OfWord(word: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(word);
  return bytes.toString("base64");
}
