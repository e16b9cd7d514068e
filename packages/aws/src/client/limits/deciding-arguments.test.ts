import * as s3 from "@aws-sdk/client-s3";
import { expect, it } from "vitest";
import { decidingArguments } from "./deciding-arguments.js";

type CommandClass = new (input: object) => { readonly schema?: readonly unknown[] };

/** The names of a command's arguments, as the SDK's own model has them. */
function argumentsOf(Command: CommandClass): readonly string[] {
  const input = new Command({}).schema?.[4];
  const structure = (typeof input === "function" ? (input as () => unknown)() : input) as
    | readonly unknown[]
    | undefined;
  return (structure?.[4] ?? []) as readonly string[];
}

it("of S3 are those that the SDK knows of each command", () => {
  const commands = Object.entries(s3 as Readonly<Record<string, unknown>>).filter(([name]) =>
    /^[A-Z]\w+Command$/.test(name),
  );
  expect(commands.length).toBeGreaterThan(100);
  for (const [name, Command] of commands) {
    const action = name.replace(/Command$/, "");
    const known = argumentsOf(Command as CommandClass).filter((one) => one === "Bucket" || one === "Key");
    expect([action, decidingArguments({ service: "S3", action }).toSorted()]).toEqual([action, known.toSorted()]);
  }
});
