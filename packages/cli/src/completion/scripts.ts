import { type Node, wordsOf } from "./tree.js";

/** For bash 3.2 and later. */
export function bashScript(tree: readonly Node[]): string {
  return `# sluice completion for bash
_sluice() {
  local word path="" index words="" current="\${COMP_WORDS[COMP_CWORD]}"
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "\${path:+$path }$word" in
      ${pathsOf(tree).map(quoted).join("|")}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${tree.map((node) => `    ${quoted(node.path)}) words=${quoted(wordsOf(node).join(" "))} ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _sluice sluice
`;
}

/** For zsh, after compinit. */
export function zshScript(tree: readonly Node[]): string {
  return `#compdef sluice
_sluice() {
  local command="" word index
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    case "\${command:+$command }$word" in
      (${pathsOf(tree).map(quoted).join("|")}) command="\${command:+$command }$word" ;;
    esac
  done
  local -a offered
  case "$command" in
${tree.map((node) => `    (${quoted(node.path)}) offered=(${described(node, ":").map(quoted).join(" ")}) ;;`).join("\n")}
  esac
  _describe 'sluice' offered || _files
}
compdef _sluice sluice
`;
}

/** For fish. */
export function fishScript(tree: readonly Node[]): string {
  const lines = tree.flatMap((node) => {
    const condition = fishCondition(node);
    const commands = node.commands.map(
      ({ name, description }) => `complete -c sluice -f ${condition} -a ${name} -d ${fishQuoted(description)}`,
    );
    const choices = node.choices.map((choice) => `complete -c sluice -f ${condition} -a ${choice}`);
    const options = node.options.map(
      ({ long, description, takesValue }) =>
        `complete -c sluice ${condition} -l ${long.slice(2)}${takesValue ? " -r" : ""} -d ${fishQuoted(description)}`,
    );
    return [...commands, ...choices, ...options];
  });
  return `# sluice completion for fish\n${lines.join("\n")}\n`;
}

function fishCondition({ path, commands }: Node): string {
  if (path === "") return "-n __fish_use_subcommand";
  const seen = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = commands.map(({ name }) => name).join(" ");
  const none = names === "" ? [] : [`not __fish_seen_subcommand_from ${names}`];
  return `-n ${fishQuoted([...seen, ...none].join("; and "))}`;
}

function described({ commands, options, choices }: Node, separator: string): readonly string[] {
  const safe = (text: string): string => text.replaceAll(":", String.raw`\:`);
  return [
    ...commands.map(({ name, description }) => `${name}${separator}${safe(description)}`),
    ...choices,
    ...options.map(({ long, description }) => `${long}${separator}${safe(description)}`),
  ];
}

function pathsOf(tree: readonly Node[]): readonly string[] {
  return tree.map(({ path }) => path).filter((path) => path !== "");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** In fish a backslash before a quote stands within the quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`;
}
