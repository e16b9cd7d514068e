/** The SDK's fields that hold tokens. */
const fields = ["accessToken", "refreshToken"] as const;

/**
 * Takes the fields out of what inspection, JSON and spreading see; reading and writing them works as before. Accessors, since an
 * inspection that asks for hidden fields shows their values but calls no getters.
 */
export function hideSecrets(client: object): void {
  for (const field of fields) {
    let held: unknown = Reflect.get(client, field);
    const set = (value: unknown): void => void (held = value);
    Object.defineProperty(client, field, { get: () => held, set, enumerable: false, configurable: true });
  }
}
