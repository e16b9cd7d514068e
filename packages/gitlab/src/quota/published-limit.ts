/** What is published about one limit. */
export interface PublishedLimit {
  /** How many in a window; 0 for a limit that is off, null where it depends on the plan. */
  readonly limit: number | null;
  /** Unit: milliseconds. */
  readonly windowMs: number;
  /** What is counted: mostly `requests`. */
  readonly what: string;
  /** Whose it is, in GitLab's words. */
  readonly scope: string;
  /** False for a limit that an administrator has to switch on. */
  readonly enabledByDefault?: boolean;
  /** A key of `gitlabSources`. */
  readonly source: string;
  readonly note?: string;
}
