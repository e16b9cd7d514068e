import { type Kind, type Orders, scenarioOf } from "./scenarios/index.js";

/** Makes all calls of one worker at once, as a busy service does, and says when each is done, and whether it was given up. */
export async function work(orders: Orders, onDone: (givenUp: boolean) => void): Promise<void> {
  const { kinds, connect } = scenarioOf(orders.provider);
  const client = connect(orders);
  try {
    await Promise.all(
      shareOf(kinds, orders).map(async ({ kind, index }) => {
        // Who gives up is a figure, not an end of the demo.
        const done = await client.run(kind.name, index).then(
          () => true,
          () => false,
        );
        onDone(!done);
      }),
    );
  } finally {
    await client.close();
  }
}

/** Calls of one worker: every kind, for as many windows of its quota, dealt out evenly. */
function shareOf(kinds: readonly Kind[], { worker, workers, windows }: Orders): { kind: Kind; index: number }[] {
  return kinds.flatMap((kind) =>
    Array.from({ length: kind.perWindow * windows }, (_, index) => ({ kind, index })).filter(
      ({ index }) => index % workers === worker,
    ),
  );
}
