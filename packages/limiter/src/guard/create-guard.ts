import { anObject, between, type Clock, ConfigError, oneOf, show, systemClock } from "@sluice/core";
import { abandon, freeGrant } from "../limiter/grant.js";
import type { Grant, Limiter, Mode } from "../limiter/limiter.js";
import type { Charge } from "../limits/charge.js";
import { resolveStrategy, type StrategyChoice } from "../strategies/resolve-strategy.js";
import type { Admission, Admitted, Strategy } from "../strategies/strategy.js";
import type { Guard, GuardDecision, GuardRunOptions } from "./guard.js";

/** What a guard is made of. */
export interface GuardOptions {
  readonly limiter: Limiter;
  /** What a refusal means. @defaultValue `"queue"` */
  readonly strategy?: StrategyChoice;
  /** `shadow` asks and tells but holds nobody up, `disabled` does not ask. @defaultValue `"enforce"` */
  readonly mode?: Mode;
  /** Told of every admission and refusal; what it throws is swallowed. */
  readonly onDecision?: (decision: GuardDecision) => void;
  readonly clock?: Clock;
}

const modes = ["enforce", "shadow", "disabled"] as const;
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Puts a strategy in front of a limiter.
 *
 * @throws ConfigError when there is no limiter, or strategy or mode is none.
 */
export function createGuard(options: GuardOptions): Guard {
  anObject("options", options, "{ limiter, ... }");
  const { limiter, onDecision, clock = systemClock } = options;
  if (typeof limiter?.tryAcquire !== "function")
    throw new ConfigError({ option: "limiter", accepted: "a limiter made by createLimiter()", value: limiter });
  const usual = resolveStrategy(options.strategy ?? "queue");
  let mode = oneOf("mode", options.mode ?? "enforce", modes);

  const tell = (decision: GuardDecision): void => {
    try {
      onDecision?.(decision);
    } catch {
      // Whoever looks on changes nothing.
    }
  };
  /** Tokens are taken where there are some, so that the shadow is true to life; neither a limit nor the store holds anybody up. */
  const shadow = async (charges: readonly Charge[], strategy: Strategy): Promise<Grant> => {
    const decision = await limiter.tryAcquire(charges).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === "STORE_UNAVAILABLE") return undefined;
      throw error;
    });
    const allowed = decision === undefined || decision.kind === "allowed";
    tell({ outcome: allowed ? "allowed" : "shadow-refused", mode: "shadow", strategy: strategy.name, waitedMs: 0 });
    return (decision?.kind === "allowed" ? decision.grant : undefined) ?? freeGrant;
  };
  const enforce = async (admission: Admission, strategy: Strategy, sinceMs: number): Promise<Admitted> => {
    const told = { mode: "enforce", strategy: strategy.name } as const;
    try {
      const admitted = await strategy.admit(admission);
      if (!isAnswer(admitted)) throw await noAnswer(admitted, strategy);
      const waitedMs = clock.now() - sinceMs;
      const outcome = admitted.kind === "instead" ? "degraded" : waitedMs > 0 ? "waited" : "allowed";
      tell({ outcome, waitedMs, ...told });
      return admitted;
    } catch (error) {
      tell({ outcome: "refused", waitedMs: clock.now() - sinceMs, error, ...told });
      throw error;
    }
  };

  return {
    get mode() {
      return mode;
    },
    set mode(next: Mode) {
      mode = oneOf("mode", next, modes);
    },
    async run<Result>(
      charges: Charge | readonly Charge[],
      task: (admittance: { grant: Grant; waitedMs: number }) => Result | Promise<Result>,
      { strategy: choice, timeoutMs, signal, priority = 0 }: GuardRunOptions = {},
    ): Promise<Result> {
      const strategy = choice === undefined ? usual : resolveStrategy(choice);
      const admission = {
        limiter,
        charges: [charges].flat() as readonly Charge[],
        timeoutMs: between(
          "timeoutMs",
          timeoutMs ?? DEFAULT_TIMEOUT_MS,
          0,
          Number.POSITIVE_INFINITY,
          "a number of milliseconds >= 0, or Infinity",
        ),
        signal,
        priority,
        clock,
      };
      signal?.throwIfAborted();
      const sinceMs = clock.now();
      let grant: Grant = freeGrant;
      if (mode === "shadow") grant = await shadow(admission.charges, strategy);
      else if (mode === "enforce") {
        const admitted = await enforce(admission, strategy, sinceMs);
        if (admitted.kind === "instead") return admitted.value as Result;
        grant = admitted.grant;
      }
      // Right before the task: nothing runs between this look and its first line.
      if (signal?.aborted === true) return abandon(grant, signal);
      try {
        return await task({ grant, waitedMs: clock.now() - sinceMs });
      } finally {
        // A place that cannot be released comes back when its lease ends; that is no failure of the task.
        await grant.release().catch(() => {});
      }
    },
  };
}

type Loose = { readonly kind?: unknown; readonly grant?: Partial<Grant> } | null | undefined;

/** Whether a strategy, which may be a function of the user's, has answered. */
function isAnswer(answer: Loose): answer is Admitted {
  return answer?.kind === "instead" || (answer?.kind === "go" && typeof answer.grant?.release === "function");
}

/** The mistake in words; what the strategy may have taken goes back. */
async function noAnswer(answer: Loose, { name }: Strategy): Promise<ConfigError> {
  await answer?.grant?.giveBack?.().catch(() => {});
  return new ConfigError({
    option: `what the strategy ${show(name)} returns`,
    accepted: '{ kind: "go", grant } or { kind: "instead", value }',
    value: answer,
  });
}
