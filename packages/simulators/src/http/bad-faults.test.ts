import { afterEach, expect, it, vi } from "vitest";
import { startGitHubSimulator } from "../github/start-github-simulator.js";
import { startGitLabSimulator } from "../gitlab/start-gitlab-simulator.js";
import { startKeycloakSimulator } from "../keycloak/start-keycloak-simulator.js";
import { startKubernetesSimulator } from "../kubernetes/start-kubernetes-simulator.js";
import { startS3Simulator } from "../s3/start-s3-simulator.js";
import { startSlackSimulator } from "../slack/start-slack-simulator.js";
import type { Fault } from "./fault.js";

afterEach(() => void vi.restoreAllMocks());

it.each([
  ["Slack", startSlackSimulator],
  ["GitHub", startGitHubSimulator],
  ["GitLab", startGitLabSimulator],
  ["S3", startS3Simulator],
  ["Keycloak", startKeycloakSimulator],
  ["Kubernetes", startKubernetesSimulator],
] as const)(
  "a fault that %s could not answer with is refused, and the next request is answered as ever",
  async (_name, start) => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
    await using simulator = await start();
    const before = (await fetch(simulator.url)).status;
    for (const [fault, field] of [
      [null, "fault"],
      [{ headers: { "bad header": "x" } }, "headers"],
      [{ headers: { a: "b\nc" } }, 'headers["a"]'],
    ] as const)
      expect(() => simulator.failNext(fault as unknown as Fault)).toThrow(
        expect.objectContaining({ name: "RangeError", message: expect.stringContaining(`${field} must be `) }),
      );
    expect((await fetch(simulator.url)).status).toBe(before);
    expect(warned).not.toHaveBeenCalled();
  },
);
