// One worker as a process of its own: orders come as a message, one message goes back per call done.
import type { Orders } from "./scenarios/index.js";
import { work } from "./work.js";

process.once("message", (orders: Orders) => {
  work(orders, (givenUp) => process.send?.(givenUp)).then(
    () => process.disconnect(),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
