// The stores are not part of the package's types.
declare module "@fastify/rate-limit/store/LocalStore.js" {
  import type { Counted } from "@fastify/rate-limit/store/counted";
  export default class LocalStore {
    constructor(continueExceeding: boolean, exponentialBackoff: boolean, cache: number);
    incr(key: string, callback: Counted, timeWindow: number, max: number): void;
  }
}

declare module "@fastify/rate-limit/store/RedisStore.js" {
  import type { Redis } from "ioredis";
  import type { Counted } from "@fastify/rate-limit/store/counted";
  export default class RedisStore {
    constructor(continueExceeding: boolean, exponentialBackoff: boolean, redis: Redis);
    incr(key: string, callback: Counted, timeWindow: number, max: number): void;
  }
}

declare module "@fastify/rate-limit/store/counted" {
  export type Counted = (error: Error | null, result: { current: number; ttl: number } | null) => void;
}
