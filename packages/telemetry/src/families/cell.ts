/** The label values of one series. */
export type Labels = Readonly<Record<string, string>>;

/** One series of a counter or gauge. Adding to it is one addition: prom-client's own would look its labels up each time. */
export class Cell {
  value = 0;
  /** Whether it has a value since it began or was reset; others are not exported. */
  used = false;
  readonly labels: Labels;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  add(by: number): void {
    this.value += by;
    this.used = true;
  }

  set(to: number): void {
    this.value = to;
    this.used = true;
  }

  reset(): void {
    this.value = 0;
    this.used = false;
  }
}

/** One series of a histogram. */
export class HistogramCell {
  readonly labels: Labels;
  readonly bounds: readonly number[];
  /** By bucket, not added up; the last is what lies above all bounds. */
  readonly counts: Float64Array;
  sum = 0;
  count = 0;

  constructor(labels: Labels, bounds: readonly number[]) {
    this.labels = labels;
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] as number)) index += 1;
    counts[index] = (counts[index] as number) + 1;
    this.sum += value;
    this.count += 1;
  }

  reset(): void {
    this.counts.fill(0);
    this.sum = 0;
    this.count = 0;
  }
}
