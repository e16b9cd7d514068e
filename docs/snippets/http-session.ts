/** Whom a session belongs to; a stand-in for whatever verifies it. */
export function sessionOf(request: object): { readonly user: string } | undefined {
  return "session" in request ? (request.session as { readonly user: string }) : undefined;
}

/** What a snippet calls slow. */
export async function buildReport(): Promise<object> {
  return { rows: 3 };
}
