/** Colours of one picture. */
export interface Theme {
  readonly file: string;
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  /** Told apart by lightness too, for who sees few colours. */
  readonly plain: string;
  readonly sluice: string;
}

/** One for each background a page may have; each brings its own, so that either is readable on both. */
export const themes: readonly Theme[] = [
  {
    file: "effect.svg",
    background: "#ffffff",
    text: "#1f2328",
    muted: "#59636e",
    line: "#e4e7eb",
    plain: "#d55e00",
    sluice: "#0072b2",
  },
  {
    file: "effect-dark.svg",
    background: "#0d1117",
    text: "#f0f6fc",
    muted: "#9198a1",
    line: "#2a313a",
    plain: "#f08a3c",
    sluice: "#56b4e9",
  },
];
