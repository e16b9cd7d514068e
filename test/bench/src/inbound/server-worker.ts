// One process that serves one framework, with or without a limit in front.
import type { AddressInfo } from "node:net";
import { serve } from "../children/serve.js";
import { type Framework, type Limiting, servers } from "./servers.js";

const handlers = {
  /** Returns the port. */
  async open(orders: { framework: Framework; limiting: Limiting; url: string }): Promise<number> {
    const server = await servers[orders.framework](orders.limiting, orders.url);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  },

  /** Processor time used so far. Unit: microseconds. */
  cpu(_orders: undefined): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};
export type InboundServerHandlers = typeof handlers;
serve(handlers);
