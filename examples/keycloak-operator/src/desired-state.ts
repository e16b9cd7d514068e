/** A client as a team wants it. */
export interface DesiredClient {
  readonly clientId: string;
  readonly redirectUris?: readonly string[];
  readonly description?: string;
}

/** A realm as a team wants it. */
export interface DesiredRealm {
  /** The team's namespace, on whose behalf it is made and changed. */
  readonly namespace: string;
  readonly realm: string;
  readonly displayName?: string;
  readonly clients?: readonly DesiredClient[];
}

/** The attribute by which what this operator made is known from what others did. */
export const ownerAttribute = "operator.namespace";
