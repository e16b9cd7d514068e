import Bottleneck from "bottleneck";
import { connect } from "./connect.js";
import type { Peer, Place, Waiter } from "./peer.js";

const nothing = async (): Promise<void> => {};

/** As `minTime`: evenly spaced, without a burst. As a decider its reservoir is as large as the bucket, and it never says no. */
export const bottleneckMinTime: Peer = {
  name: "bottleneck, minTime",

  memory({ burst }) {
    const group = new Bottleneck.Group({ reservoir: burst });
    return {
      onlyWaits: true,
      mostKeys: 500,
      decide: (key) => group.key(key).schedule(nothing).then(yes),
      close: () => group.disconnect(false),
    };
  },

  redis({ url }, { burst }) {
    const connection = new Bottleneck.IORedisConnection({ client: connect(url) });
    const group = new Bottleneck.Group({ id: "bench", connection, reservoir: burst });
    group.on("error", () => {});
    return {
      onlyWaits: true,
      decide: (key) => group.key(key).schedule(nothing).then(yes),
      close: () => connection.disconnect(false),
    };
  },

  waiting: (place, { refillRate }) => clustered(place, { minTime: 1000 / refillRate }),
};

/** As a bucket that fills four times a second, the finest step its heartbeat has. */
export const bottleneckReservoir: Peer = {
  name: "bottleneck, reservoirIncrease",
  waiting: (place, { refillRate, burst }) =>
    clustered(place, {
      reservoir: burst,
      reservoirIncreaseMaximum: burst,
      reservoirIncreaseAmount: refillRate / 4,
      reservoirIncreaseInterval: 250,
      heartbeatInterval: 250,
    }),
};

/** As its README strongly recommends: an expiration on every job. */
export const bottleneckExpiring: Peer = {
  name: "bottleneck, minTime",
  waiting: (place, { refillRate }) => clustered(place, { minTime: 1000 / refillRate }, { expiration: 5000 }),
};

// `heartbeatInterval` is read by the library and missing from its types.
type Settings = Bottleneck.ConstructorOptions & { readonly heartbeatInterval?: number };

async function clustered({ url, bucket }: Place, settings: Settings, job: Bottleneck.JobOptions = {}): Promise<Waiter> {
  const connection = new Bottleneck.IORedisConnection({ client: connect(url) });
  const limiter = new Bottleneck({ id: bucket, connection, ...settings });
  limiter.on("error", () => {});
  await limiter.ready();
  return {
    async wait() {
      await limiter.schedule(job, nothing);
      return {};
    },
    close: () => connection.disconnect(false),
  };
}

function yes(): true {
  return true;
}
