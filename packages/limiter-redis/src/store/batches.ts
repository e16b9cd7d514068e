import type { TakeReply, TakeRequest } from "@sluice/limiter";

/** Asked together, answered one by one. */
export interface Asked {
  readonly request: TakeRequest;
  readonly resolve: (reply: TakeReply | Promise<TakeReply>) => void;
  readonly reject: (error: unknown) => void;
}

/** Most questions in one script call, so that the server is never busy for more than a few milliseconds. */
const MOST_QUESTIONS = 256;

/** Collects the questions of one turn of the event loop; those of one scope travel in one script call. */
export function createBatches(send: (scope: string, asked: readonly Asked[]) => void): {
  ask(request: TakeRequest): Promise<TakeReply>;
} {
  let byScope = new Map<string, Asked[]>();
  const flush = (): void => {
    const batches = byScope;
    byScope = new Map();
    for (const [scope, asked] of batches)
      for (let from = 0; from < asked.length; from += MOST_QUESTIONS)
        send(scope, asked.slice(from, from + MOST_QUESTIONS));
  };
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (byScope.size === 0) endOfTurn(flush);
        const asked = byScope.get(request.scope);
        if (asked === undefined) byScope.set(request.scope, [{ request, resolve, reject }]);
        else asked.push({ request, resolve, reject });
      }),
  };
}

/** After all that this turn set going has run, promises included, and before any input is read. */
function endOfTurn(callback: () => void): void {
  queueMicrotask(() => process.nextTick(callback));
}
