import { expect, it } from "vitest";
import { seeded } from "../virtual/seeded.js";
import { clusterLoad, slotOf } from "./cluster.js";
import { zipf } from "./popularity.js";

it("puts an account where the cluster specification puts its hash tag", () => {
  // The specification's own example for CRC16, 31C3 in hexadecimal, and the slot that CLUSTER KEYSLOT names for foo.
  expect([slotOf("123456789"), slotOf("foo")]).toEqual([0x31c3 % 16_384, 12_182]);
});

it("divides commands by slots, the busiest node first", () => {
  const byScope = new Map(["vendor:a", "vendor:b", "vendor:c"].map((scope) => [scope, 100]));
  const traffic = {
    byScope,
    commands: 300,
    peakPerSecond: 0,
    longestLineMs: 0,
    furthestBookedMs: 0,
    debitsFound: 0,
    signsOfLife: 0,
  };
  const { perNode, busiestOverEven } = clusterLoad(traffic, 2, 10);
  expect(perNode.map(({ commandsPerSecond }) => commandsPerSecond)).toEqual([20, 10]);
  expect(busiestOverEven).toBeCloseTo(20 / 15);
});

it("draws accounts and operations as often as Zipf's law says", () => {
  const popularity = zipf({ accounts: 20, operationsEach: 5 });
  const pick = popularity.picker(seeded(3));
  const DRAWS = 100_000;
  let hottest = 0;
  let coldest = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const { account, operation } = pick();
    if (account === 0 && operation === 0) hottest += 1;
    if (account === 19) coldest += 1;
  }
  expect(hottest / DRAWS).toBeCloseTo(popularity.share(0, 0), 2);
  const ofLast = [0, 1, 2, 3, 4].reduce((sum, operation) => sum + popularity.share(19, operation), 0);
  expect(coldest / DRAWS).toBeCloseTo(ofLast, 2);
  expect(popularity.share(0, 0)).toBeCloseTo(popularity.share(1, 0) * 2);
});
