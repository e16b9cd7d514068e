import { createColors } from "picocolors";
import { toJson } from "../shared/print.js";
import { clockOf, type Terminal } from "../terminal.js";
import { startLiveLine } from "./live-line.js";
import type { RunningSimulator, SimulatedProvider } from "./providers.js";
import type { SimulateSettings } from "./settings.js";
import { summarize, summaryText } from "./summary.js";

/** How a run speaks. */
export interface SimulateRun {
  readonly name: string;
  readonly provider: SimulatedProvider;
  readonly settings: SimulateSettings;
  /** Whether it prints lines of JSON: one when it is ready, one when it has ended. */
  readonly json: boolean;
}

/** Simulates a provider until the terminal says stop, and sums up. */
export async function simulate({ name, provider, settings, json }: SimulateRun, terminal: Terminal): Promise<void> {
  const { out, stop } = terminal;
  const clock = clockOf(terminal);
  const simulator = await started(provider, settings);
  const startedMs = clock.now();
  const { url, ledger } = simulator;
  out(json ? toJson({ provider: name, url }) : greeting(provider, url, terminal));
  const line = startLiveLine(ledger, json ? { ...terminal, isWatched: false } : terminal);
  try {
    await aborted(stop);
  } finally {
    line.stop();
    await simulator.close();
  }
  const summary = summarize({ provider: name, url, seconds: (clock.now() - startedMs) / 1_000 }, ledger);
  out(json ? toJson(summary) : summaryText(summary, terminal.hasColors));
}

async function started(provider: SimulatedProvider, settings: SimulateSettings): Promise<RunningSimulator> {
  try {
    return await provider.start(settings);
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE") throw error;
    throw new Error(`port ${settings.port} is taken; without --port a free one is found`, { cause: error });
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function greeting(provider: SimulatedProvider, url: string, { hasColors }: Terminal): string {
  const { bold, dim } = createColors(hasColors);
  const snippet = provider.snippet(url).map((code) => `  ${code}\n`);
  return `${provider.title} at ${bold(url)}\n\n${snippet.join("")}\n${dim("Ctrl+C ends it and sums up.")}\n`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
