/** A fault of types that is known, and the releases of the compiler that show it. */
export interface KnownFault {
  /** A part of the path of the files that have it. */
  readonly file: string;
  /** A part of the compiler's message. */
  readonly text: string;
  /** Releases by their first two numbers. */
  readonly compilers: readonly string[];
  readonly why: string;
}

/** The known faults, and which of them were met. */
export interface KnownFaults {
  unknown(errors: readonly string[], version: string): string[];
  seen(): string[];
  unseen(): string[];
}

/** Tells known faults from others; one that shows itself nowhere any more is a complaint. */
export function knownFaultsIn(list: readonly KnownFault[]): KnownFaults;
