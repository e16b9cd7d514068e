import { currentContext, runCall, scrubSecrets, systemClock } from "@sluice/core";
import { accessOf, isIdempotent } from "../operations/access.js";
import { operationName, operationOf } from "../operations/operation.js";
import { modelOf } from "../operations/schema.js";
import { createBodyWatch, streamsIn } from "../transport/body-watch.js";
import { type CallNotes, outside, within } from "./logical-call.js";
import type { ClientParts } from "./parts.js";
import { placeOf } from "./place.js";
import type { Args, AwsClient, Context, Middleware, SdkConfig } from "./sdk.js";
import { secretsInInput } from "./secrets-in.js";

/** The outermost middleware: one logical call for each command that is sent. */
export function callStage(client: AwsClient, parts: ClientParts): Middleware {
  const config = client.config as SdkConfig;
  const clock = parts.clock ?? systemClock;
  return (next, context) => async (args) => {
    // Nothing of it leaves the process.
    if (isPresigning(args, context)) return outside(() => next(args));
    const name = operationName(context.clientName, context.commandName);
    const operation = operationOf(name);
    const model = modelOf(context.__smithy_context?.operationSchema);
    const input = (args.input ?? {}) as Readonly<Record<string, unknown>>;
    const access = accessOf(name, model);
    const { account, region, server } = await placeOf(config, parts.account, name);
    const mostAttempts = parts.keepsMaxAttempts ? await config.maxAttempts?.() : undefined;
    const signal = signalOf(context);
    const timeoutMs = currentContext().timeoutMs ?? parts.timeoutMs;
    const notes: CallNotes = { retryDelayMs: 0 };
    const request = {
      provider: "aws",
      account,
      operation,
      verb: model.method ?? "POST",
      access,
      idempotent: isIdempotent(name, model, input),
      args: input,
      timeoutMs: parts.timeoutMs,
      clock,
      // In a plain client the SDK itself ends a call that is aborted, with its own error.
      ...(signal === undefined || parts.sdkRetries ? {} : { signal }),
    } as const;
    return runCall(parts.chain, request, async (call) => {
      const signals = [signal, currentContext().signal].filter((one) => one !== undefined);
      const watch = createBodyWatch({ operation, timeoutMs, deadlineMs: call.deadlineMs, signals, clock });
      const logical = { owner: client, call, name, input, region, server, mostAttempts, watch, notes };
      try {
        const result = await within(logical, () => next(args));
        for (const stream of streamsIn(result.output)) watch.handedOn(stream);
        if (!parts.sdkRetries) tellAttempts(result.output, call.progress.attempts, notes);
        return result;
      } catch (error) {
        const bare = notes.ended === undefined ? error : undecorated(notes.ended.reason);
        if (notes.ended === undefined && !parts.sdkRetries) tellAttempts(error, call.progress.attempts, notes);
        throw scrubSecrets(bare, [...parts.secrets, ...secretsInInput(input)], call.signal.reason);
      }
    });
  };
}

/**
 * Whether the stack is run by a presigner: over a bare object that holds the command's input. What is sent is the command itself, or
 * what a middleware of the user's made of it.
 */
function isPresigning(args: Args, context: Context): boolean {
  const command = context.__smithy_context?.commandInstance as { readonly input?: unknown } | undefined;
  if (command === undefined || Object.getPrototypeOf(args) !== Object.prototype) return false;
  return Object.keys(args).length === 1 && args.input === command.input;
}

/** The signal that the SDK was given for this one command. Its old kind cannot be listened to and is left to the SDK. */
function signalOf(context: Context): AbortSignal | undefined {
  const signal = context.__smithy_context?.abortSignal;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** What the SDK's own retry would have written there: it has seen one attempt. */
function tellAttempts(value: unknown, attempts: number, notes: CallNotes): void {
  const metadata: unknown = (value as { readonly $metadata?: unknown } | null)?.$metadata;
  if (typeof metadata !== "object" || metadata === null || Object.isFrozen(metadata) || attempts === 0) return;
  Object.assign(metadata, { attempts, totalRetryDelay: Math.round(notes.retryDelayMs) });
}

/** The SDK writes metadata into whatever passes its retry; what is not its own stays as it was. */
function undecorated(reason: unknown): unknown {
  if (typeof reason === "object" && reason !== null) Reflect.deleteProperty(reason, "$metadata");
  return reason;
}
