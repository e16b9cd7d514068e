import { expect, it } from "vitest";
import { idealInstants } from "./ideal.js";

const asked = (...instants: readonly number[]): Parameters<typeof idealInstants>[0] =>
  instants.map((askedMs) => ({ process: 0, askedMs, grantedMs: Number.NaN, atUs: Number.NaN }));

it("gives the burst at once and then a token at its time, in the order asked", () => {
  const bound = { refillRate: 10, burst: 2 };
  expect([...idealInstants(asked(0, 0, 0, 0), bound)]).toEqual([0, 0, 100, 200]);
  expect([...idealInstants(asked(0, 0, 500, 501, 502), bound)]).toEqual([0, 0, 500, 501, 600]);
});
