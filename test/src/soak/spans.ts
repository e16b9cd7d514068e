/** A stretch of time. Unit: microseconds of the wall clock. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** As few spans as cover the same, in order. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = all.at(-1);
    if (last === undefined || span.fromUs > last.toUs) all.push(span);
    else all[all.length - 1] = { fromUs: last.fromUs, toUs: Math.max(last.toUs, span.toUs) };
  }
  return all;
}

/** What of the whole none of the spans covers. */
export function gapsOf(whole: Span, spans: readonly Span[]): readonly Span[] {
  const gaps: Span[] = [];
  let fromUs = whole.fromUs;
  for (const span of merged(spans)) {
    if (span.fromUs > fromUs) gaps.push({ fromUs, toUs: Math.min(span.fromUs, whole.toUs) });
    fromUs = Math.max(fromUs, span.toUs);
  }
  if (fromUs < whole.toUs) gaps.push({ fromUs, toUs: whole.toUs });
  return gaps.filter(({ fromUs: from, toUs }) => toUs > from);
}

/** Longer on both sides. */
export function widened({ fromUs, toUs }: Span, beforeMs: number, afterMs: number): Span {
  return { fromUs: fromUs - beforeMs * 1000, toUs: toUs + afterMs * 1000 };
}

/** What both cover: one span or none. */
export function overlap(one: Span, other: Span): readonly Span[] {
  const [fromUs, toUs] = [Math.max(one.fromUs, other.fromUs), Math.min(one.toUs, other.toUs)];
  return toUs > fromUs ? [{ fromUs, toUs }] : [];
}

export function contains({ fromUs, toUs }: Span, us: number): boolean {
  return us >= fromUs && us < toUs;
}

export function lengthS(spans: readonly Span[]): number {
  return spans.reduce((sum, { fromUs, toUs }) => sum + (toUs - fromUs), 0) / 1e6;
}

/** Most spans at one moment within the window; one that ends as another begins is not with it. */
export function mostAtOnce(spans: readonly Span[], window: Span): number {
  const steps = spans
    .filter(({ fromUs, toUs }) => toUs > window.fromUs && fromUs < window.toUs)
    .flatMap(({ fromUs, toUs }) => [
      { us: Math.max(fromUs, window.fromUs), step: 1 },
      { us: toUs, step: -1 },
    ])
    .toSorted((a, b) => a.us - b.us || a.step - b.step);
  let now = 0;
  let most = 0;
  for (const { step } of steps) most = Math.max(most, (now += step));
  return most;
}
