/** The SDK's fields that hold the token, or something that holds it. */
const fields = ["token", "defaultHeaders", "fetchFn", "requestQueue", "logger"] as const;

/** Takes the fields out of what inspection, JSON and spreading see; reading them works as before. */
export function hideSecrets(client: object): void {
  for (const field of fields) {
    const property = Object.getOwnPropertyDescriptor(client, field);
    if (property !== undefined) Object.defineProperty(client, field, { ...property, enumerable: false });
  }
}
