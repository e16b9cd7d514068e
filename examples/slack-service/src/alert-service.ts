import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { LimitExceededError } from "@sluice/core";
import type { SlackApi } from "@sluice/slack";
import { type Alert, alertIn } from "./alert.js";

/** Takes alerts as `POST /alerts/{channel}` and posts them to Slack. How fast that may go is the client's business. */
export function createAlertService(slack: SlackApi): Server {
  const post = alertPoster(slack);
  return createServer((request, response) => {
    const channel = /^\/alerts\/(\w+)$/.exec(request.url ?? "")?.[1];
    if (request.method !== "POST" || channel === undefined) return void response.writeHead(404).end();
    bodyOf(request)
      .then(async (body) => {
        const alert = alertIn(body);
        if (alert !== undefined) await post(channel, alert);
        response.writeHead(alert === undefined ? 400 : 204).end();
      })
      .catch((error: unknown) => refuse(response, error));
  });
}

// #region service
/** Posts each alert with a mention of its owner. */
function alertPoster(slack: SlackApi): (channel: string, alert: Alert) => Promise<void> {
  const owners = new Map<string, Promise<string>>();

  const mention = async (email: string): Promise<string> => {
    const known = owners.get(email) ?? slack.users.lookupByEmail({ email }).then(({ user }) => `<@${user?.id}>`);
    owners.set(email, known);
    try {
      return await known;
    } catch {
      // An alert without a mention is better than none. The next one asks again.
      owners.delete(email);
      return email;
    }
  };

  return async (channel, { text, owner }) => {
    await slack.chat.postMessage({ channel, text: `${text} ${await mention(owner)}` });
  };
}
// #endregion

/** More than can be posted in time is said at once, so the monitor may come again. */
function refuse(response: ServerResponse, error: unknown): void {
  if (error instanceof LimitExceededError) {
    response.writeHead(503, { "retry-after": String(Math.ceil((error.retryAfterMs ?? 1000) / 1000)) }).end();
  } else {
    response.writeHead(502).end();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
