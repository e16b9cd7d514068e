import { InvalidArgumentError } from "commander";

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads `90s`, `10m`, `2h30m`, `1d`. Unit of what is given: milliseconds. */
export function readDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  const read = parts.map(([part]) => part).join("") === text;
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
  if (!read || ms === 0) throw new InvalidArgumentError(`It must be a time such as 90s, 10m or 2h30m, got ${text}.`);
  return ms;
}

/** In the two largest units that matter: `2h 30m`, `45s`, `0.3s`. */
export function duration(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "no end";
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
  const sizes = [
    ["d", units.d],
    ["h", units.h],
    ["m", units.m],
    ["s", units.s],
  ] as const;
  let left = Math.floor(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const [name, size] of sizes) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** To the second, in UTC; years before 9999. */
export function instant(ms: number): string {
  return Math.abs(ms) <= 2.5e14 ? new Date(ms).toISOString().slice(0, 19).replace("T", " ") : "never";
}
