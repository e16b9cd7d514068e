import type { Clock } from "../../clock.js";
import { idSequence, type IdSequence } from "./ids.js";
import type { Bot, StoredFile, Workspace } from "./model.js";
import type { SeedLists } from "./seed.js";
import { timestamps, type Timestamps } from "./timestamps.js";
import { createWorkspace } from "./workspace.js";

/** What the simulated provider knows, open for assertions. @public */
export interface SlackState {
  /** Names of the workspaces. */
  readonly workspaces: readonly string[];
  /**
   * The workspace of that name.
   *
   * @defaultValue the first one
   * @throws RangeError when there is none of that name
   */
  workspace(name?: string): Workspace;
}

/** The state with what is needed to change it. */
export interface WritableState extends SlackState {
  readonly ids: IdSequence;
  readonly times: Timestamps;
  /** The bot of an app in a workspace, made on first use. */
  bot(workspace: Workspace, app: string): Bot;
  /** The file whose upload URL ends in this ticket, and where it is. */
  fileByTicket(ticket: string): { readonly file: StoredFile; readonly workspace: Workspace } | undefined;
}

/** Makes the workspaces named, each filled from the same seeds; ids are unique across them. */
export function createState(names: readonly string[], seeds: SeedLists, clock: Clock): WritableState {
  const ids = idSequence();
  const times = timestamps(clock);
  const workspaces = names.map((name) => createWorkspace(name, seeds, ids, times.seconds()));
  return {
    workspaces: names,
    ids,
    times,
    workspace(name) {
      const found = name === undefined ? workspaces[0] : workspaces.find((candidate) => candidate.name === name);
      if (found === undefined)
        throw new RangeError(`workspace must be one of ${names.join(", ")}, got ${String(name)}`);
      return found;
    },
    bot(workspace, app) {
      const known = workspace.bots.get(app);
      if (known !== undefined) return known;
      const bot = makeBot(app, workspace, ids);
      workspace.bots.set(app, bot);
      return bot;
    },
    fileByTicket(ticket) {
      for (const workspace of workspaces) {
        for (const file of workspace.files.values()) if (file.ticket === ticket) return { file, workspace };
      }
      return undefined;
    },
  };
}

function makeBot(app: string, workspace: Workspace, ids: IdSequence): Bot {
  const user = { id: ids.next("UB"), name: app, realName: app, email: `${app}@${workspace.name}.example`, isBot: true };
  return { app, appId: ids.next("A"), botId: ids.next("B"), user };
}
