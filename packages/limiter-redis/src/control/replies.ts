import { StoreUnavailableError } from "@sluice/core";
import { type AuditEntry, type AuditHead, type ControlSight, readEntry } from "@sluice/limiter";

/** How a space stands. */
export interface SpaceHead {
  readonly version: number;
  readonly nowMs: number;
  /** Time of the newest entry. Unit: milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly head: AuditHead;
}

/** Parts of a reply before what is asked for. */
const HEAD_PARTS = 9;

/**
 * The first word of a reply that a script gave because it did its work.
 *
 * @throws StoreUnavailableError when it did nothing: it came too late, or found what it does not understand.
 */
export function wordOf(reply: readonly unknown[]): string {
  const [word, , reason] = reply.map(String);
  if (word === "late") throw new StoreUnavailableError("Redis came to a command on shared state after its time");
  if (word === "refused")
    throw new StoreUnavailableError(
      `Redis holds something that this version does not understand, or refuses: ${reason}`,
    );
  return word ?? "";
}

/** Reads what every reply about a space begins with. */
export function decodeHead(reply: readonly unknown[]): SpaceHead {
  const [, now, version, digest = "", from = "", trimmed, at, generation = "", kept] = reply
    .slice(0, HEAD_PARTS)
    .map(String);
  return {
    version: Number(version),
    nowMs: Number(now) / 1000,
    atMs: Number(at),
    head: { digest, from, kept: Number(kept), trimmed: Number(trimmed), generation },
  };
}

/** Reads the reply of control-read.lua that shows everything. */
export function decodeSight(reply: readonly unknown[]): ControlSight {
  const { version, nowMs, head } = decodeHead(reply);
  const records = new Map<string, string>();
  for (let index = HEAD_PARTS; index < reply.length; index += 2)
    records.set(String(reply[index]), String(reply[index + 1]));
  return { version, nowMs, records, head };
}

/** Reads the id that the reply of control-change.lua ends with. */
export function decodeId(reply: readonly unknown[]): string {
  return String(reply[HEAD_PARTS]);
}

/** Reads the reply of control-audit.lua. */
export function decodeEntries(reply: readonly unknown[]): readonly AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let index = 2; index < reply.length; index += 3) {
    const [id = "", text = "", digest = ""] = reply.slice(index, index + 3).map(String);
    entries.push(readEntry(id, text, digest));
  }
  return entries;
}
