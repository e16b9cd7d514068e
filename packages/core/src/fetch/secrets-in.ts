const telling = /authorization|cookie|token|secret|password|passwd|api[-_]?key|signature|credential/i;

/**
 * What a request carries that must not show: values of headers and of query parameters whose names tell, with and without the scheme
 * before them, and a password in the address.
 */
export function secretsIn(url: URL, headers: Headers): string[] {
  const found: string[] = [];
  for (const [name, value] of headers) if (telling.test(name)) found.push(value, value.replace(/^\S+\s+/, ""));
  for (const [name, value] of url.searchParams) if (telling.test(name)) found.push(value, encodeURIComponent(value));
  if (url.password !== "") found.push(url.password, decodeURIComponent(url.password));
  return found.filter((secret) => secret !== "");
}
