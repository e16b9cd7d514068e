import Table from "cli-table3";
import type { Action } from "./action.js";
import type { ActionResult } from "./apply.js";
import type { Person } from "./workspace.js";

/** Texts about plans and results. */
export interface Report {
  /** The action in a few words: `rename @backend`. */
  line(action: Action): string;
  plan(actions: readonly Action[]): string;
  result(results: readonly ActionResult[]): string;
  /** The action as plain data. */
  json(action: Action): Record<string, unknown>;
}

/** Makes a report that shows people by their addresses. */
export function createReport(people: readonly Person[]): Report {
  const names = new Map(people.map(({ id, email }) => [id, email ?? id]));
  const detail = (action: Action): string => describe(action, (id) => names.get(id) ?? id);
  return {
    line,
    plan(actions) {
      if (actions.length === 0) return "Nothing to do: the workspace is as the file says.";
      return table(
        ["Action", "Group", "Details"],
        actions.map((action) => [verb(action), at(action), detail(action)]),
      );
    },
    result(results) {
      const rows = results.map(({ action, status, error }) => [
        verb(action),
        at(action),
        error === undefined ? status : `${status}: ${error}`,
      ]);
      return `${table(["Action", "Group", "Result"], rows)}\n${summary(results)}`;
    },
    json: (action) => ({
      action: verb(action),
      handle: action.group.handle,
      ...("id" in action.group && { id: action.group.id }),
      details: detail(action),
    }),
  };
}

function line(action: Action): string {
  return `${verb(action)} ${at(action)}`;
}

function verb(action: Action): string {
  if (action.kind !== "update") return action.kind;
  return action.changes.name !== undefined || action.changes.handle !== undefined ? "rename" : "update";
}

function at({ group }: Action): string {
  return `@${group.handle}`;
}

function describe(action: Action, nameOf: (id: string) => string): string {
  switch (action.kind) {
    case "create":
      return `${quoted(action.group.name)} with ${list("", action.group.users.map(nameOf))}`;
    case "enable":
    case "disable":
      return quoted(action.group.name);
    case "fill": {
      const before = new Set(action.group.users);
      const after = new Set(action.users);
      const added = action.users.filter((id) => !before.has(id)).map(nameOf);
      const removed = action.group.users.filter((id) => !after.has(id)).map(nameOf);
      return [list("+", added), list("-", removed)].filter((text) => text !== "").join(" ");
    }
    case "update": {
      const { group, changes } = action;
      return [
        changes.name !== undefined && `name ${quoted(group.name)} -> ${quoted(changes.name)}`,
        changes.handle !== undefined && `handle @${group.handle} -> @${changes.handle}`,
        changes.description !== undefined &&
          `description ${quoted(group.description)} -> ${quoted(changes.description)}`,
        changes.channels !== undefined &&
          `channels ${group.channels.join(" ") || "none"} -> ${changes.channels.join(" ") || "none"}`,
      ]
        .filter((text) => text !== false)
        .join(", ");
    }
  }
}

const MOST_NAMED = 4;

/** The first few by name, the rest as a number. */
function list(sign: string, names: readonly string[]): string {
  const named = names.slice(0, MOST_NAMED).map((name) => `${sign}${name}`);
  return (names.length > MOST_NAMED ? [...named, `${sign}${names.length - MOST_NAMED} more`] : named).join(" ");
}

function summary(results: readonly ActionResult[]): string {
  const count = (wanted: ActionResult["status"]): number => results.filter(({ status }) => status === wanted).length;
  const others = (["failed", "skipped"] as const).filter((status) => count(status) > 0);
  return [`${count("done")} done`, ...others.map((status) => `${count(status)} ${status}`)].join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [] } });
  drawn.push(...rows.map((row) => row.map(printable)));
  return drawn.toString();
}

/** Names come from other people; none may steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "\u{fffd}");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
