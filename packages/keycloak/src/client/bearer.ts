const scheme = /^Bearer\s+/i;

/** The token that request headers carry. */
export function bearerOf(headers: RequestInit["headers"]): string | undefined {
  const value = new Headers(headers).get("authorization");
  return value !== null && scheme.test(value) ? value.replace(scheme, "") : undefined;
}

/** The same request with another token; names and order of its headers stay. */
export function withBearer(init: RequestInit, token: string): RequestInit {
  const value = `Bearer ${token}`;
  if (init.headers instanceof Headers) {
    const headers = new Headers(init.headers);
    headers.set("authorization", value);
    return { ...init, headers };
  }
  const entries = Array.isArray(init.headers) ? init.headers : Object.entries(init.headers ?? {});
  const headers = entries.map(([name, old]): [string, string] =>
    String(name).toLowerCase() === "authorization" ? [String(name), value] : [String(name), String(old)],
  );
  return { ...init, headers };
}
