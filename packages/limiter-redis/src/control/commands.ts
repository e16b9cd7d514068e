import type { AuditOptions, CheckedChange, KnownVersion } from "@sluice/limiter";
import type { RedisClient } from "../connection/client.js";
import * as scripts from "../generated/scripts.js";
import { runScript } from "../scripts/run-script.js";

/** Names of what is kept of one space; all in one slot. */
export interface SpaceKeys {
  readonly head: string;
  readonly records: string;
  readonly audit: string;
  /** There while somebody pages through the audit. */
  readonly reading: string;
  readonly channel: string;
}

/** An entry that builds on the head as the caller knows it. */
export interface Draft {
  readonly before: string;
  readonly generation: string;
  readonly newGeneration: string;
  readonly atMs: number;
  readonly text: string;
  readonly digest: string;
}

/** How long a reader of the audit has to ask for more. Unit: milliseconds. */
const READING_MS = 30_000;

/** Runs control-read.lua. @param known - with `*` for any generation. */
export function read(client: RedisClient, keys: SpaceKeys, deadlineUs: number, known: KnownVersion | undefined): Reply {
  const args = [deadlineUs.toFixed(0), known === undefined ? "" : String(known.version), known?.generation ?? ""];
  return runScript(client, scripts.controlRead, [keys.head, keys.records, keys.audit], args);
}

/** Runs control-change.lua. */
export function change(
  client: RedisClient,
  keys: SpaceKeys,
  deadlineUs: number,
  draft: Draft,
  { records }: CheckedChange,
  bounds: { readonly auditMaxEntries: number; readonly auditMaxAgeMs: number },
): Reply {
  const written = records.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  const deleted = records.flatMap(([name, value]) => (value === undefined ? [name] : []));
  return runScript(
    client,
    scripts.controlChange,
    [keys.head, keys.records, keys.audit, keys.reading],
    [
      deadlineUs.toFixed(0),
      keys.channel,
      draft.before,
      draft.generation,
      draft.newGeneration,
      String(draft.atMs),
      draft.text,
      draft.digest,
      String(bounds.auditMaxEntries),
      String(bounds.auditMaxAgeMs),
      String(written.length / 2),
      ...written,
      ...deleted,
    ],
  );
}

/** Runs control-audit.lua. */
export function audit(
  client: RedisClient,
  keys: SpaceKeys,
  deadlineUs: number,
  { after = "", count, newest }: AuditOptions & { readonly count: number },
): Reply {
  const args = [deadlineUs.toFixed(0), after, String(count), newest === true ? "1" : "0", String(READING_MS)];
  return runScript(client, scripts.controlAudit, [keys.audit, keys.reading], args);
}

type Reply = Promise<readonly unknown[]>;
