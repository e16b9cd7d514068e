import { Argument, type Command, Command as NewCommand } from "commander";
import type { Terminal } from "../terminal.js";
import { bashScript, fishScript, zshScript } from "./scripts.js";
import { treeOf } from "./tree.js";

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `sluice completion <shell>`: what the shell needs to complete our commands and options. */
export function completionCommand(program: Command, terminal: Terminal): Command {
  const help = [
    "",
    'bash: eval "$(sluice completion bash)" in ~/.bashrc',
    'zsh:  eval "$(sluice completion zsh)" in ~/.zshrc, after compinit',
    "fish: sluice completion fish > ~/.config/fish/completions/sluice.fish",
  ];
  return new NewCommand("completion")
    .description("Print a script that completes commands and options in a shell.")
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(shells)))
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", help.join("\n"))
    .action((shell: keyof typeof shells) => terminal.out(shells[shell](treeOf(program))));
}
