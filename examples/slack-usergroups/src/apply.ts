import type { Action } from "./action.js";
import type { SlackClient } from "./workspace.js";

/** What became of an action. */
export interface ActionResult {
  readonly action: Action;
  /** `skipped`: an earlier action on the same group failed. */
  readonly status: "done" | "failed" | "skipped";
  /** Why it failed. */
  readonly error?: string;
}

/**
 * Takes the actions one after the other. A failure ends the actions on its group, not the others. What was done stays done: a
 * run that ends in the middle is finished by running again.
 *
 * @param onAction - told before each action
 */
export async function apply(
  slack: SlackClient,
  actions: readonly Action[],
  onAction: (action: Action, number: number) => void,
): Promise<ActionResult[]> {
  const failed = new Set<string>();
  const results: ActionResult[] = [];
  for (const [index, action] of actions.entries()) {
    if (failed.has(action.group.handle)) {
      results.push({ action, status: "skipped" });
      continue;
    }
    onAction(action, index + 1);
    try {
      await take(slack, action);
      results.push({ action, status: "done" });
    } catch (error) {
      failed.add(action.group.handle);
      results.push({ action, status: "failed", error: error instanceof Error ? error.message : String(error) });
    }
  }
  return results;
}

async function take(slack: SlackClient, action: Action): Promise<void> {
  switch (action.kind) {
    case "create": {
      const { handle, name, description, channels, users } = action.group;
      const { usergroup } = await slack.usergroups.create({ handle, name, ...asArguments({ description, channels }) });
      await slack.usergroups.users.update({ usergroup: usergroup?.id ?? "", users: users.join(",") });
      return;
    }
    case "enable":
      await slack.usergroups.enable({ usergroup: action.group.id });
      return;
    case "disable":
      await slack.usergroups.disable({ usergroup: action.group.id });
      return;
    case "update": {
      const { channels, description, ...names } = action.changes;
      await slack.usergroups.update({
        usergroup: action.group.id,
        ...names,
        ...asArguments({ description, channels }),
      });
      return;
    }
    case "fill":
      await slack.usergroups.users.update({ usergroup: action.group.id, users: action.users.join(",") });
  }
}

/** Slack takes lists as texts with commas. */
function asArguments(fields: { description: string | undefined; channels: readonly string[] | undefined }): {
  description?: string;
  channels?: string;
} {
  return {
    ...(fields.description !== undefined && { description: fields.description }),
    ...(fields.channels !== undefined && { channels: fields.channels.join(",") }),
  };
}
