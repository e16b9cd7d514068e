/** The service of a client, by the name of its SDK class: `S3` for an `S3Client`, an aggregated `S3` and whatever extends them. */
export function serviceOf(client: object): string {
  const names: string[] = [];
  for (let at = Object.getPrototypeOf(client) as object | null; at !== null && at !== Object.prototype;) {
    names.push((at as { readonly constructor: { readonly name: string } }).constructor.name);
    at = Object.getPrototypeOf(at) as object | null;
  }
  // The classes below it are common to all services, and are called Client.
  const own = names.find((name) => /^\w+Client$/.test(name)) ?? names[0] ?? "";
  return own.replace(/Client$/, "");
}
