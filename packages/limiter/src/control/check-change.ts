import { ConfigError, nonEmpty, show, wholeBetween } from "@sluice/core";
import { freezeJson, jsonRule } from "../custom/json.js";
import { canonicalText } from "./canonical.js";
import type { AuditDraft, AuditOptions, ControlChange, Json } from "./store.js";

const MOST_RECORDS = 10_000;
const LONGEST_NAME = 256;
const LONGEST_VALUE = 256 * 1024;
const LONGEST_DETAIL = 64 * 1024;

/** What a store needs of a change, complete and checked. */
export interface CheckedChange {
  readonly records: readonly (readonly [name: string, value: string | undefined])[];
  readonly entry: AuditDraft;
  readonly ifVersion: number | undefined;
}

/** @throws ConfigError naming what is out of range. */
export function checkChange(space: string, { records, entry, ifVersion }: ControlChange): CheckedChange {
  checkSpace(space);
  const pairs = Object.entries(records);
  wholeBetween("change.records' number", pairs.length, 0, MOST_RECORDS);
  for (const [name, value] of pairs) {
    checkText("the name of a record", name, LONGEST_NAME);
    if (value !== undefined) checkText(`change.records[${show(name)}]`, value, LONGEST_VALUE);
  }
  if (ifVersion !== undefined) wholeBetween("change.ifVersion", ifVersion, 0, Number.MAX_SAFE_INTEGER);
  return { records: pairs, entry: checkDraft(entry), ifVersion };
}

/** @throws ConfigError when it is no name. */
export function checkSpace(space: string): string {
  return nonEmpty("space", space, LONGEST_NAME);
}

/** @throws ConfigError naming what is out of range. */
export function checkAuditOptions({ after, count = 100, newest = false }: AuditOptions): Required<
  Omit<AuditOptions, "after">
> & {
  readonly after: string | undefined;
} {
  if (after !== undefined && (typeof after !== "string" || !/^\d{1,16}-\d{1,16}$/.test(after)))
    throw new ConfigError({ option: "after", accepted: "the id of an audit entry", value: after });
  return { after, count: wholeBetween("count", count, 1, 10_000), newest };
}

/** A copy with nothing in it that the digest would not speak for. */
function checkDraft({ action, subject, author, reason, detail }: AuditDraft): AuditDraft {
  if (typeof action !== "string" || !/^[A-Za-z][\w.-]{0,63}$/.test(action))
    throw new ConfigError({
      option: "entry.action",
      accepted: "1 to 64 letters, digits, ., _ or -, a letter first",
      value: action,
    });
  nonEmpty("entry.subject", subject, 512);
  nonEmpty("entry.author", author, 200);
  if (reason !== undefined) nonEmpty("entry.reason", reason, 500);
  const copy = copyOf(detail);
  if (detail !== undefined && (copy === undefined || !freezeJson(copy)))
    throw new ConfigError({ option: "entry.detail", accepted: jsonRule, value: detail });
  const draft = {
    action,
    subject,
    author,
    ...(reason === undefined ? {} : { reason }),
    ...(copy === undefined ? {} : { detail: copy }),
  };
  const { length } = canonicalText({ ...draft, atMs: 0, version: 0 });
  if (length > LONGEST_DETAIL)
    throw new ConfigError({
      option: "entry.detail",
      accepted: `JSON of at most ${LONGEST_DETAIL} characters`,
      value: `${length} characters`,
    });
  return draft;
}

/** The caller keeps the right to change what it passed. */
function copyOf(detail: Json | undefined): Json | undefined {
  try {
    return structuredClone(detail);
  } catch {
    return undefined;
  }
}

/** As UTF-8, lone surrogates would turn into something else. */
function checkText(option: string, value: unknown, most: number): void {
  const text = nonEmpty(option, value, most);
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text))
    throw new ConfigError({ option, accepted: "text without lone surrogates", value });
}
