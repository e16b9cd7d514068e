import type { MetricDescription } from "../catalogue/describe.js";
import { Cell, HistogramCell, type Labels } from "./cell.js";

/** A value as a registry reads it. */
export interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** One metric with all its series, in the shape that a registry of prom-client reads. */
abstract class Metric<One extends { readonly labels: Labels; reset(): void }> {
  /** The registry shortens it for OpenMetrics. */
  name: string;
  readonly help: string;
  readonly type: MetricDescription["type"];
  readonly labelNames: readonly string[];
  readonly aggregator: "sum" | "min" | "max";
  readonly #cells = new Map<string, One>();
  readonly #collectors = new Set<() => void>();

  constructor(description: MetricDescription) {
    this.name = description.name;
    this.help = description.help;
    this.type = description.type;
    this.labelNames = description.labels;
    this.aggregator = description.aggregator ?? "sum";
  }

  /** The series of these labels; keep it, looking it up is the slow part. Not exported before it has a value. */
  cell(labels: Labels): One {
    const key = this.#keyOf(labels);
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = this.open(labels);
      this.#cells.set(key, cell);
    }
    return cell;
  }

  /** Takes a series out. */
  remove(labels: Labels): void {
    this.#cells.delete(this.#keyOf(labels));
  }

  /** Is run before every scrape. Returns the way to stop. */
  onCollect(collect: () => void): () => void {
    this.#collectors.add(collect);
    return () => this.#collectors.delete(collect);
  }

  /** For the registry's `resetMetrics`: those who hold a series go on with it. */
  reset(): void {
    for (const cell of this.#cells.values()) cell.reset();
  }

  /** For the registry. */
  async get(): Promise<object> {
    for (const collect of this.#collectors) collect();
    const { name, help, type, aggregator } = this;
    const values: Value[] = [];
    for (const cell of this.#cells.values()) this.show(cell, values);
    return { name, help, type, aggregator, values };
  }

  protected abstract open(labels: Labels): One;
  protected abstract show(cell: One, into: Value[]): void;

  /** Unambiguous, because label texts hold no control characters. */
  #keyOf(labels: Labels): string {
    return this.labelNames.map((label) => labels[label] ?? "\u0001").join("\u0000");
  }
}

/** A counter or a gauge. */
export class Family extends Metric<Cell> {
  protected open(labels: Labels): Cell {
    return new Cell(labels);
  }

  protected show({ labels, value, used }: Cell, into: Value[]): void {
    if (used) into.push({ labels, value });
  }
}

/** A histogram. */
export class HistogramFamily extends Metric<HistogramCell> {
  readonly #bounds: readonly number[];

  constructor(description: MetricDescription) {
    super(description);
    this.#bounds = description.buckets ?? [];
  }

  protected open(labels: Labels): HistogramCell {
    return new HistogramCell(labels, this.#bounds);
  }

  protected show({ labels, bounds, counts, sum, count }: HistogramCell, into: Value[]): void {
    if (count === 0) return;
    let below = 0;
    for (const [index, bound] of bounds.entries()) {
      below += counts[index] ?? 0;
      into.push({ labels: { le: bound, ...labels }, value: below, metricName: `${this.name}_bucket` });
    }
    into.push(
      { labels: { le: "+Inf", ...labels }, value: count, metricName: `${this.name}_bucket` },
      { labels, value: sum, metricName: `${this.name}_sum` },
      { labels, value: count, metricName: `${this.name}_count` },
    );
  }
}
