/** What a GraphQL document does. */
export interface GraphqlKind {
  readonly mutation: boolean;
  /** Whether it makes something that others see, as far as its mutations' names tell. */
  readonly creates: boolean;
}

/**
 * Reads from the text of a document whether it changes anything. Who is not sure is told that it does: a document with several
 * operations counts as the most that is in it.
 */
export function graphqlKind(query: unknown): GraphqlKind {
  if (typeof query !== "string") return { mutation: false, creates: false };
  const code = withoutTexts(query);
  const mutation = /\bmutation\b/.test(code);
  return { mutation, creates: mutation && /\b(?:create|add|submit)[A-Z]\w*/.test(code) };
}

/** Strings and comments may hold any word. */
function withoutTexts(query: string): string {
  return query.replaceAll(/"""[^]*?"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*/g, " ");
}
