/** One provider's workload, called one way, as the demo prints it. */
export interface Phase {
  readonly provider: string;
  readonly how: "plain" | "factory";
  readonly requests: number;
  /** Requests answered 429; by S3 with 503. */
  readonly refused: number;
  readonly seconds: number;
  readonly idealSeconds: number;
  /** Share of the workload's quota that was used in its time. Range: 0 to 1. */
  readonly quotaUsed: number;
}

/** What the picture shows: docs/effect/demo.json. */
export interface DemoFigures {
  /** Print such figures; they differ a little from run to run. */
  readonly commands: readonly string[];
  readonly machine: { readonly node: string; readonly processor: string; readonly cores: number };
  readonly phases: readonly Phase[];
}

/** A provider's two phases. */
export interface Comparison {
  readonly provider: string;
  readonly plain: Phase;
  readonly factory: Phase;
}

/** @throws TypeError when a provider was called one way only. */
export function compare({ phases }: DemoFigures): readonly Comparison[] {
  return [...new Set(phases.map(({ provider }) => provider))].map((provider) => {
    const [plain, factory] = (["plain", "factory"] as const).map((how) =>
      phases.find((phase) => phase.provider === provider && phase.how === how),
    );
    if (plain === undefined || factory === undefined) throw new TypeError(`the figures have half of ${provider}`);
    return { provider, plain, factory };
  });
}
