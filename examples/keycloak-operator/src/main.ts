import { program } from "./program.js";

await program((line) => void process.stdout.write(`${line}\n`));
