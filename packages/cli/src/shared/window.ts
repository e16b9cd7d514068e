import type { PolicyWindow } from "@sluice/policy";
import { InvalidArgumentError } from "commander";
import { duration, readDuration } from "../output/time.js";

const named = ["second", "minute", "hour", "day"] as const;

/** Reads `100/minute`, `100/minute+20` with a burst, `5/30s`; adds it to those before. */
export function readWindow(text: string, before: readonly PolicyWindow[] = []): readonly PolicyWindow[] {
  const [, limit, per, burst] = /^(\d{1,10})\/([a-z\d.]+?)(?:\+(\d{1,10}))?$/.exec(text) ?? [];
  if (limit === undefined || per === undefined)
    throw new InvalidArgumentError(`It must be a window such as 100/minute, 100/minute+20 or 5/30s, got ${text}.`);
  const unit = named.find((one) => one === per);
  const length = unit === undefined ? { windowMs: readDuration(per) } : { per: unit };
  return [...before, { limit: Number(limit), ...length, ...(burst === undefined ? {} : { burst: Number(burst) }) }];
}

/** The same, back as a text. */
export function windowText({ limit, per, windowMs, burst }: PolicyWindow): string {
  const length = per ?? duration(windowMs ?? 0);
  return `${limit}/${length}${burst === undefined || burst === 0 ? "" : `+${burst}`}`;
}
