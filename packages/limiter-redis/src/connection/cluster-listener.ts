import type { Cluster, Redis } from "ioredis";
import { outliveOf } from "./stream-errors.js";

/** The part of the client that keeps its one connection for listening; it chooses a node, and another one when that is gone. */
interface Subscriber {
  getInstance(): Redis | null;
  selectSubscriber(): void;
  onSubscriberEnd(): void;
}

/**
 * Keeps the listening connection of a cluster from holding the process, and from choosing another node without a pause: while none
 * listens that would be thousands of times a second.
 *
 * @param pauseMs - before another node is chosen. Unit: milliseconds.
 */
export function calmListener(cluster: Cluster, pauseMs: () => number): void {
  const subscriber: unknown = Reflect.get(cluster, "subscriber");
  if (!isSubscriber(subscriber)) return;
  const select = subscriber.selectSubscriber.bind(subscriber);
  const ended = subscriber.onSubscriberEnd.bind(subscriber);
  subscriber.selectSubscriber = () => {
    select();
    const chosen = subscriber.getInstance();
    chosen?.on("connect", () => chosen.stream.unref());
    if (chosen !== null) outliveOf(chosen);
    // Its channels are asked for later, and it would be disconnected again each time: a timer and a listener on a dead socket.
    chosen?.once("end", () => Reflect.set(chosen, "disconnect", () => {}));
  };
  subscriber.onSubscriberEnd = () => {
    const gone = subscriber.getInstance();
    // Another one may have been chosen meanwhile.
    setTimeout(() => subscriber.getInstance() === gone && ended(), pauseMs()).unref();
  };
}

function isSubscriber(value: unknown): value is Subscriber {
  const { getInstance, selectSubscriber, onSubscriberEnd } = Object(value) as Partial<Subscriber>;
  return [getInstance, selectSubscriber, onSubscriberEnd].every((method) => typeof method === "function");
}
