export interface BrokenLink {
  readonly page: string;
  readonly line: number;
  readonly link: string;
  readonly why: string;
}

export interface Address {
  readonly address: string;
  readonly places: readonly string[];
}

export declare function checkLinks(root: string): Promise<{
  readonly pages: number;
  readonly links: number;
  readonly problems: readonly BrokenLink[];
  readonly addresses: readonly Address[];
}>;

export declare function askAddresses(
  addresses: readonly Address[],
  options?: {
    readonly atOnce?: number;
    readonly timeoutMs?: number;
    readonly attempts?: number;
    readonly pauseMs?: number;
  },
): Promise<(Address & { readonly answer: string })[]>;
