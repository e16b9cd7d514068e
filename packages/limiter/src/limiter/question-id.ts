import { randomBytes } from "node:crypto";

const processId = randomBytes(6).toString("base64url");
let count = 0;

/** A short name that no other question has, in this process or another. */
export function nextQuestionId(): string {
  count += 1;
  return `${processId}${count.toString(36)}`;
}
