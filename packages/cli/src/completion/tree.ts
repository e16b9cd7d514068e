import type { Command } from "commander";

/** One command, and what may follow it. */
export interface Node {
  /** Words behind the program's name, joined by blanks; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly { readonly long: string; readonly description: string; readonly takesValue: boolean }[];
  /** What its first argument may be, where that is a list. */
  readonly choices: readonly string[];
}

/** Every command of the program, as it is: completion is made from the commands themselves and cannot lag behind. */
export function treeOf(program: Command): readonly Node[] {
  const nodes: Node[] = [];
  const visit = (command: Command, path: string): void => {
    nodes.push({
      path,
      commands: command.commands.map((own) => ({ name: own.name(), description: own.description() })),
      options: command.options.map(({ long, description, required, optional }) => ({
        long: long ?? "",
        description,
        takesValue: required || optional,
      })),
      choices: command.registeredArguments[0]?.argChoices ?? [],
    });
    for (const own of command.commands) visit(own, `${path} ${own.name()}`.trim());
  };
  visit(program, "");
  return nodes;
}

/** What may come after a command. */
export function wordsOf({ commands, options, choices }: Node): readonly string[] {
  return [...commands.map(({ name }) => name), ...choices, ...options.map(({ long }) => long), "--help"];
}
