import { forgetMemory } from "./shared-stores.js";

// Set up before each file of those that share a process: what one left in the process's memory is no concern of the next.
forgetMemory();
