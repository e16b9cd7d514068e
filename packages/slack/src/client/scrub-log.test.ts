import { LogLevel } from "@slack/web-api";
import { expect, it } from "vitest";
import { keptLog } from "../test-support/clients.test-support.js";
import { withoutSecrets } from "./scrub-log.js";

it("takes secrets out of every line and list, at every level, and leaves the logger's own matters to it", () => {
  const log = keptLog(LogLevel.WARN);
  const secrets = ["first-secret"];
  const clean = withoutSecrets(log, () => secrets);
  for (const level of ["debug", "info", "warn", "error"] as const)
    clean[level]("has first-secret", ["first-secret", ["second-secret"]], 5);
  // Asked for at each line: another call has others.
  secrets.push("second-secret");
  clean.info("has second-secret");
  expect(log.lines.map(({ text }) => text)).toEqual([
    ...Array(4).fill("has [secret] [secret],second-secret 5"),
    "has [secret]",
  ]);

  clean.setLevel(LogLevel.ERROR);
  clean.setName("name");
  expect([clean.getLevel(), log.count("setLevel"), log.count("setName")]).toEqual([LogLevel.WARN, 1, 1]);
});
