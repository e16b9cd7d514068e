import { startGitLabSimulator } from "@sluice/simulators";
import { expect, it, onTestFinished } from "vitest";
import { make, newAccount } from "../test-support/clients.test-support.js";

it("two clients that always want more get all of what GitLab.com grants, and no refusal", async () => {
  const speed = 20;
  const simulator = await startGitLabSimulator({ speed, latencyMs: 2 });
  onTestFinished(() => simulator.close());
  const account = newAccount();
  // A wide margin: on a busy machine a request may take long from its grant to its arrival.
  const quota = { tier: "gitlab.com", minuteMs: 60_000 / speed, marginMs: 1000 } as const;
  const clients = [1, 2].map(() => make({ host: simulator.url, timeoutMs: 60_000, quota }, account));
  // Connections first, as in a process that has been up for a while.
  const [project] = await Promise.all(clients.map(async (gitlab) => (await gitlab.Projects.all({ perPage: 1 }))[0]));
  const id = project?.id ?? 0;
  await Promise.all([
    ...Array.from({ length: 90 }, (_, n) => clients[n % 2]?.Groups.all({ perPage: 1, maxPages: 1 })),
    ...Array.from({ length: 260 }, (_, n) => clients[n % 2]?.Issues.create(id, `issue ${n}`)),
    ...Array.from({ length: 100 }, (_, n) => clients[n % 2]?.Projects.show(id)),
  ]);
  expect(simulator.ledger.throttled()).toEqual([]);
  expect(simulator.ledger.count({ accepted: true })).toBeGreaterThanOrEqual(450);
}, 60_000);
