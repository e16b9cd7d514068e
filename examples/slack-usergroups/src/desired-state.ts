import { parseDocument } from "yaml";
import { createChecker, type Mapping } from "./checker.js";

/** A user group as the file wants it. */
export interface DesiredGroup {
  readonly handle: string;
  readonly name: string;
  /** Left as it is in the workspace when absent. */
  readonly description?: string;
  /** Ids of the default channels; left as they are in the workspace when absent. */
  readonly channels?: readonly string[];
  /** Email addresses or ids. */
  readonly users: readonly string[];
  /** A disabled group may be missing in the workspace; nothing else about it matters. */
  readonly disabled: boolean;
  /** Where it stands in the file, for messages: `groups.yaml:12: usergroups[3]`. */
  readonly place: string;
}

/** The file does not say clearly what it wants; every problem is one line naming place and field. */
export class DesiredStateError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "DesiredStateError";
    this.problems = problems;
  }
}

/**
 * Reads the desired state from YAML and checks it strictly: no unknown field, no handle, name or member twice.
 *
 * @param file - name of the file, for messages
 * @throws DesiredStateError naming line and field of everything that is wrong
 */
export function parseDesiredState(text: string, file: string): DesiredGroup[] {
  const document = parseDocument(text);
  const check = createChecker(document, text, file);
  for (const { pos, message } of document.errors) check.failAt(pos[0], message.split(" at line ")[0] ?? message);
  if (check.problems.length > 0) throw new DesiredStateError(check.problems);

  const root = check.mapping([], document.toJS(), ["usergroups"]);
  const groups = (root?.mappings("usergroups", groupFields) ?? []).map(readGroup);
  check.distinct(groups.map(({ handle }, index) => [["usergroups", index, "handle"], handle]));
  check.distinct(groups.map(({ name }, index) => [["usergroups", index, "name"], name]));
  if (check.problems.length > 0) throw new DesiredStateError(check.problems);
  return groups;
}

const groupFields = ["handle", "name", "description", "channels", "users", "disabled"];

function readGroup(group: Mapping): DesiredGroup {
  const disabled = group.flag("disabled") ?? false;
  const description = group.optionalText("description");
  const channels = group.optionalTexts("channels", channelId, "the id of a channel, like C0123456789");
  const users = group.optionalTexts("users", emailOrId, "an email address or the id of a user, like U0123456789");
  if (!disabled && (users === undefined || users.length === 0)) {
    group.fail(
      "users",
      "must name at least one user, since Slack keeps no empty group; disabled: true switches it off",
    );
  }
  return {
    handle: group.text("handle", handle, "a handle in small letters, without @ and spaces"),
    name: group.text("name", anything, "a text that is not empty"),
    ...(description !== undefined && { description }),
    ...(channels !== undefined && { channels }),
    users: users ?? [],
    disabled,
    place: group.place,
  };
}

const anything = /\S/;
const handle = /^[^\s@,\p{Lu}\p{Cc}]+$/u;
const channelId = /^[CG][A-Z0-9]{6,}$/;
const emailOrId = /^([UW][A-Z0-9]{6,}|[^\s@,]+@[^\s@,]+)$/;
