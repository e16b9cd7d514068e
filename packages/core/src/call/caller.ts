/** On whose behalf a call is made. All fields are free text; metrics cap how many they show. */
export interface Caller {
  readonly namespace?: string;
  readonly tenant?: string;
  readonly user?: string;
  readonly role?: string;
}
