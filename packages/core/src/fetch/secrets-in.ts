const telling = /authorization|cookie|token|secret|password|passwd|api[-_]?key|signature|credential/i;

/**
 * What a request carries that must not show: values of headers and of query parameters whose names tell, with and without the scheme
 * before them, and a password in the address.
 */
export function secretsIn(url: URL, headers: Headers): string[] {
  const found: string[] = [];
  for (const [name, value] of headers) if (telling.test(name)) found.push(value, value.replace(/^\S+\s+/, ""));
  for (const written of url.search.slice(1).split("&")) {
    for (const [name, value] of new URLSearchParams(written)) {
      // As it stands in the address too, since there are many ways to escape one text.
      if (telling.test(name) && value !== "")
        found.push(value, encodeURIComponent(value), written.slice(written.indexOf("=") + 1));
    }
  }
  if (url.password !== "") found.push(url.password, decoded(url.password));
  return found.filter((secret) => secret !== "");
}

/** A `%` that begins no escape is left as it is by addresses, and refused by `decodeURIComponent`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
