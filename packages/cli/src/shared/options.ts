import { ConfigError } from "@sluice/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import { maskUrl, parseRedisUrl } from "@sluice/limiter-redis";
import { wrong } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";

/** Which Redis, and what in it. */
export interface ConnectionFlags {
  readonly redis?: string;
  readonly prefix: string;
  readonly name: string;
  readonly timeout: number;
  readonly json?: boolean;
}

/** Who changes something, and why. */
export interface WhyFlags {
  readonly reason: string;
  readonly author?: string;
}

/** Options of every command that asks Redis. */
export function withConnection(command: Command): Command {
  return withJson(command)
    .option("--redis <url>", "which Redis; else that of REDIS_URL")
    .option("--name <engine>", "which policy engine", "default")
    .option("--prefix <prefix>", "what keys begin with", "sluice")
    .option("--timeout <ms>", "longest wait for an answer", readTimeout, 2000);
}

export function withJson(command: Command): Command {
  return command.option("--json", "print JSON in place of a table").helpOption("-h, --help", "print this help");
}

/** Options of every command that changes something. */
export function withWhy(command: Command): Command {
  return command
    .addOption(
      new Option("--reason <text>", "why, for the audit; 3 to 500 characters")
        .argParser(readText("--reason", 3, 500))
        .makeOptionMandatory(),
    )
    .option(
      "--author <name>",
      "who, for the audit, 1 to 200 characters; else the user of this machine",
      readText("--author", 1, 200),
    );
}

/** For commands that are dangerous. */
export function withYes(command: Command): Command {
  return command.option("-y, --yes", "do not ask whether it is meant");
}

/** Settings of a connection. */
export function connectionOf({ redis, prefix, timeout }: ConnectionFlags, { env }: Terminal): Connection {
  const url = redis ?? env?.["REDIS_URL"];
  if (url === undefined || url === "") throw wrong("which Redis? Name it by --redis <url> or in REDIS_URL");
  return { url, prefix, commandTimeoutMs: timeout };
}

/** As libraries take it. */
export interface Connection {
  readonly url: string;
  readonly prefix: string;
  readonly commandTimeoutMs: number;
}

export function authorOf({ author }: Pick<WhyFlags, "author">, { user = "cli" }: Terminal): string {
  return author ?? user;
}

/** Where that is, without a password. */
export function placeIn({ url }: Connection): string {
  parseRedisUrl(url);
  return String(maskUrl(url));
}

/** A whole number from 1. */
export function readCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 1_000_000)
    throw new InvalidArgumentError(`It must be a whole number from 1 to 1000000, got ${text}.`);
  return count;
}

/** A text within bounds, looked at here: behind it each has a name and a range of its own for it. */
function readText(option: string, least: number, most: number): (text: string) => string {
  return (text) => {
    if (text.trim().length >= least && text.length <= most) return text;
    throw new ConfigError({ option, accepted: `a text of ${least} to ${most} characters`, value: text });
  };
}

/** A number in decimal figures; undefined when it is none: to `Number`, nothing at all is 0. */
export function numberIn(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function readTimeout(text: string): number {
  const ms = Number(text);
  if (!/^\d+$/.test(text) || ms < 10 || ms > 60_000)
    throw new InvalidArgumentError(`It must be milliseconds from 10 to 60000, got ${text}.`);
  return ms;
}

/** For options that may be given more than once. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
