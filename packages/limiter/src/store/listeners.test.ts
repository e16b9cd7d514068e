import { describe, expect, it } from "vitest";
import { createListeners } from "./listeners.js";

describe("listeners", () => {
  it("hear the news of their scope, each once, until they stop", () => {
    const heard: string[] = [];
    const listeners = createListeners<number>();
    const stop = listeners.add("a", (news) => heard.push(`one ${news}`));
    listeners.add("a", (news) => heard.push(`two ${news}`));
    listeners.add("b", (news) => heard.push(`b ${news}`));
    listeners.tell("a", 1);
    listeners.tell("c", 2);
    stop();
    listeners.tell("a", 3);
    expect(heard).toEqual(["one 1", "two 1", "two 3"]);
  });

  it("leave nothing behind when the last one of a scope stops", () => {
    const listeners = createListeners<number>();
    expect(listeners.scopes).toBe(0);
    const stops = [listeners.add("a", () => undefined), listeners.add("a", () => undefined)];
    listeners.add("b", () => undefined);
    expect(listeners.scopes).toBe(2);
    stops[0]?.();
    expect(listeners.scopes).toBe(2);
    stops[1]?.();
    expect(listeners.scopes).toBe(1);
  });
});
