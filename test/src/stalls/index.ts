export { type Standstill, watchStandstill } from "./standstill.js";
export { type Stalls, stopwatch, timed, type Took, watchStalls } from "./stalls.js";
