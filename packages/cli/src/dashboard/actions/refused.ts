/** A change that was understood, and cannot be made as things are. */
export class Refused extends Error {
  constructor(
    /** 404: there is nothing of that name. 409: somebody else was first. */
    readonly status: 404 | 409,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Compares what a page showed with what holds.
 *
 * @throws Refused when they differ: whoever asks has to see first what somebody else did.
 */
export function sameAsSeen(
  seenUntilMs: number | null,
  now: { readonly untilMs: number; readonly author: string; readonly reason: string } | undefined,
): void {
  if (seenUntilMs === (now?.untilMs ?? null)) return;
  const meanwhile = now === undefined ? "it has ended" : `${now.author} has changed it (${now.reason})`;
  throw new Refused(409, `it is not as you saw it any more: ${meanwhile}. Look again`);
}
