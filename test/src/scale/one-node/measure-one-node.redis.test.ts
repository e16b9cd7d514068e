import { expect, it } from "vitest";
import { measureOneNode } from "./measure-one-node.js";

it("measures what each kind of question, and each number of debits ahead, costs a real server", async () => {
  const { shapes, debits, machine } = await measureOneNode({ forMs: 100, debitsAhead: [0, 16] });
  for (const { name, commandsPerSecond, unitsPerSecond, processorUs, scriptUs } of shapes) {
    expect(commandsPerSecond, name).toBeGreaterThan(10);
    expect(unitsPerSecond, name).toBeGreaterThan(10);
    expect(processorUs, name).toBeGreaterThan(1);
    expect(scriptUs, name).toBeGreaterThan(1);
  }
  expect(debits.map((each) => each.debits)).toEqual([0, 16]);
  expect(machine.redis).toMatch(/^\d+\./);
});
