import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
import { boundedWarnings } from "./warnings.js";

it("shows so many warnings a minute, and says when it shows no more", async () => {
  const clock = createFakeClock();
  const said: string[] = [];
  const warn = boundedWarnings((text) => said.push(text), clock);
  for (let time = 0; time < 1000; time += 1) warn(`a\u001B[2J${time}`);
  expect(said).toHaveLength(20);
  expect(said[0]).toBe("warning: a\\u001b[2J0\n");
  expect(said[19]).toBe("warning: a\\u001b[2J19; more are not shown for a minute\n");
  await clock.advance(60_000);
  warn("again");
  expect(said[20]).toBe("warning: again\n");
});
