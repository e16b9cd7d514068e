import type { FormattedResponse } from "@gitbeaker/requester-utils";
import { GitbeakerRequestError, GitbeakerRetryError } from "@gitbeaker/requester-utils";
import { scrubText } from "@sluice/core";

/** The statuses after which the SDK tries again, and then gives up with an error of its own. */
export const repeatedStatuses: ReadonlySet<number> = new Set([429, 502]);

/** A good answer as the SDK's methods expect it. */
export async function readAnswer(response: Response, asStream: boolean): Promise<FormattedResponse> {
  const headers = Object.fromEntries(response.headers.entries());
  const { status } = response;
  if (asStream) return { body: response.body, headers, status };
  return { body: status === 204 ? null : await readBody(response), headers, status };
}

async function readBody(response: Response): Promise<FormattedResponse["body"]> {
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  // What is falsy the SDK replaces, so that its methods find something.
  if (type === "application/json") return ((await response.json()) || {}) as Record<string, unknown>;
  if (type.startsWith("text/")) return response.text();
  return response.blob();
}

/** A refusal as the SDK's own error, without the secrets that it would show. */
export async function refusal(request: Request, response: Response, secrets: readonly string[]): Promise<Error> {
  const cause = await causeOf(request, response, secrets);
  return new GitbeakerRequestError(cause.description, { cause });
}

/** What the SDK throws when tries were in vain; ours says what came last. */
export async function gaveUp(
  tries: number,
  request: Request,
  response: Response,
  secrets: readonly string[],
): Promise<Error> {
  const { status } = response;
  const advice =
    status === 429 ? "Check the applicable rate limits for this endpoint" : "Verify the status of the endpoint";
  return new GitbeakerRetryError(
    `Could not successfully complete this request after ${tries} retries, last status code: ${status}. ${advice}.`,
    { cause: await causeOf(request, response, secrets) },
  );
}

type Cause = NonNullable<GitbeakerRequestError["cause"]>;

async function causeOf(request: Request, response: Response, secrets: readonly string[]): Promise<Cause> {
  const content = scrubText(await response.text(), secrets);
  return {
    description: describe(content, response.headers.get("content-type") ?? ""),
    request: cleanRequest(request, secrets),
    response: cleanResponse(response, content, secrets),
  };
}

function describe(content: string, type: string): string {
  if (!type.includes("application/json")) return content;
  try {
    const { error, message } = (JSON.parse(content) ?? {}) as { error?: unknown; message?: unknown };
    const told = error || message || "";
    return typeof told === "string" ? told : JSON.stringify(told);
  } catch {
    return content;
  }
}

/** The same request to look at: address, method and headers, their secrets blotted out, and no body. */
function cleanRequest({ url, method, headers }: Request, secrets: readonly string[]): Request {
  return new Request(scrubText(url, secrets), { method, headers: cleanHeaders(headers, secrets) });
}

/** The same response, its address without the secrets of the request's. */
function cleanResponse(response: Response, content: string, secrets: readonly string[]): Response {
  const { status, statusText, url } = response;
  const headers = cleanHeaders(response.headers, secrets);
  const clean = new Response(content === "" ? null : content, { status, statusText, headers });
  return Object.defineProperty(clean, "url", { value: scrubText(url, secrets) });
}

function cleanHeaders(headers: Headers, secrets: readonly string[]): [string, string][] {
  return [...headers].map(([name, value]) => [name, scrubText(value, secrets)]);
}
