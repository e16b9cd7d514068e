/** With characters that do not show, or turn the direction of what follows, told by their numbers: much of what is shown others wrote. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** A count or rate, short: `0`, `0.25`, `12.3`, `4,210`, `1.2M`. */
export function figure(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.01) return "<0.01";
  if (size < 10) return String(Number(value.toFixed(size < 1 ? 2 : 1)));
  if (size < 100) return String(Number(value.toFixed(1)));
  if (size < 100_000) return new Intl.NumberFormat("en", { maximumFractionDigits: 0 }).format(value);
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** Tokens a second, in the unit in which they are at least one. */
export function rate(perSecond: number): string {
  if (perSecond >= 1) return `${figure(perSecond)}/s`;
  return perSecond * 60 >= 1 ? `${figure(perSecond * 60)}/min` : `${figure(perSecond * 3600)}/h`;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** In the two largest units that matter: `2 h 30 min`, `45 s`, `0.3 s`. */
export function span(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  let left = Math.floor(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** Of the day, where the reader is. */
export function clockTime(ms: number): string {
  return new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }).format(dateOf(ms));
}

/** The same with the date. */
export function fullTime(ms: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" }).format(dateOf(ms));
}

/** As programs write it. */
export function isoTime(ms: number): string {
  return dateOf(ms).toISOString();
}

/** What no calendar knows, as somebody might have written it into Redis, is the beginning of 1970. */
function dateOf(ms: number): Date {
  return new Date(Math.abs(ms) <= 8.64e15 ? ms : 0);
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${figure(count)} ${count === 1 ? one : many}`;
}
