const NONE = "–";

/** Three digits, or all before the point; a dash for what there is not. */
export function short(value: number | undefined): string {
  if (value === undefined) return NONE;
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

/** With so many digits after the point. */
export function fixed(value: number | undefined, digits: number): string {
  return value === undefined ? NONE : value.toFixed(digits);
}

export function percent(value: number | undefined): string {
  return value === undefined ? NONE : `${(value * 100).toFixed(2)} %`;
}

/** A time in the unit that suits it. */
export function time(ms: number | undefined): string {
  if (ms === undefined) return NONE;
  if (Math.abs(ms) >= 999.5) return `${short(ms / 1000)} s`;
  return Math.abs(ms) >= 1 ? `${short(ms)} ms` : `${short(ms * 1000)} µs`;
}
