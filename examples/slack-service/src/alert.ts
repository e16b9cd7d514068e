/** What a monitor sends. */
export interface Alert {
  readonly text: string;
  /** Address of whoever is on call. */
  readonly owner: string;
}

/** The alert that a text holds as JSON; undefined when it holds none. */
export function alertIn(body: string): Alert | undefined {
  try {
    const { text, owner } = JSON.parse(body) as Partial<Record<keyof Alert, unknown>>;
    return typeof text === "string" && typeof owner === "string" ? { text, owner } : undefined;
  } catch {
    return undefined;
  }
}
