// One process that serves one framework on several ports, with and without a limit in front: what differs from process to process, as the
// place of code and data in memory does, is the same for all of them.
import type { AddressInfo } from "node:net";
import { serve } from "../children/serve.js";
import { type Framework, type Limiting, servers } from "./servers.js";

const handlers = {
  /** Returns the port of each. */
  async open(orders: { framework: Framework; limiting: readonly Limiting[]; url: string }): Promise<number[]> {
    const ports: number[] = [];
    for (const limiting of orders.limiting) {
      const server = await servers[orders.framework](limiting, orders.url);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      ports.push((server.address() as AddressInfo).port);
    }
    return ports;
  },

  /** Processor time used so far. Unit: microseconds. */
  cpu(_orders: undefined): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};
export type InboundServerHandlers = typeof handlers;
serve(handlers);
