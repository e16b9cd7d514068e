/** Slack's tiers, lowest first, and `special` for those with a rule of their own. */
export type TierName = "tier1" | "tier2" | "tier3" | "tier4" | "special";

/** What is published about one method. */
export interface MethodLimit {
  readonly tier: TierName;
  /** Requests per minute; null when no number is published nor assumed by Slack's own Java SDK. */
  readonly perMinute: number | null;
  /** Whether the number is what Slack's Java SDK assumes where the documentation gives none. */
  readonly assumed: boolean;
  /** Whether each channel has a limit of its own. */
  readonly perChannel: boolean;
  readonly scope: string;
  /** Keys of `slackSources`. */
  readonly sources: readonly string[];
  readonly note?: string;
}

/** A published rate that is no tier. */
export interface PublishedRate {
  readonly perSecond: number;
  readonly scope: string;
  readonly source: string;
}
