/**
 * Answers what a route could not. A client that goes away before it has sent everything is no news, and there is nobody
 * left to be answered; whatever else happens is a mistake of the simulator's, and said as a process warning.
 */
export function answerFailure(error: Error): Response {
  if (!("code" in error && error.code === "ECONNRESET")) process.emitWarning(error);
  return new Response(null, { status: 500 });
}
