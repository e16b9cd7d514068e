/**
 * One method's published limit, as the provider's documentation gives it.
 *
 * @public
 */
export interface PublishedLimit {
  /** Name of the tier: `tier1` to `tier4`, `special`, or `unpublished`. */
  readonly tier: string;
  /** Requests per minute; `null` where a limit exists but no number is published. */
  readonly perMinute: number | null;
  /**
   * Whose requests share one count, always of one method: those of one app in one workspace (`app`), of one app in one
   * channel (`channel`), or of all apps in one workspace (`team`).
   */
  readonly per: "app" | "channel" | "team";
  /** Key of the source in `data/slack.json`. */
  readonly source: string;
}
