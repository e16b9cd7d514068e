import { describe, expect, it, onTestFinished } from "vitest";
import { run, urlOf, type Run } from "../terminal.test-support.js";
import type { Terminal } from "../terminal.js";

/** A run that ends with the test. */
async function running(line: string, more: Partial<Terminal> = {}): Promise<{ started: Run; url: string }> {
  const started = run(line, more);
  onTestFinished(async () => {
    started.stop();
    await started.exitCode;
  });
  return { started, url: await urlOf(started) };
}

const form = { "content-type": "application/x-www-form-urlencoded" };
const callAs = (url: string, method: string) =>
  fetch(`${url}${method}`, { method: "POST", body: "token=xoxb-1", headers: form });

describe("sluice simulate", () => {
  it("says where the provider is and how to get there, and sums up at the end", async () => {
    const { started, url } = await running("simulate slack");
    expect(started.out()).toContain(`Slack at ${url}`);
    expect(started.out()).toContain(`new WebClient("xoxb-any", { slackApiUrl: "${url}" });`);
    for (let turn = 0; turn < 3; turn += 1) await callAs(url, "users.list");
    await callAs(url, "auth.test");
    await started.clock.advance(2_500);
    started.stop();
    expect(await started.exitCode).toBe(0);
    expect(started.out()).toContain("4 requests in 2.5 s, 0 refused for their rate");
    const rows = started
      .out()
      .split("\n")
      .filter((line) => /users\.list|auth\.test/.test(line));
    expect(rows.map((row) => row.replace(/[│\s]+/g, " ").trim())).toEqual(["users.list 3 0", "auth.test 1 0"]);
    expect(started.err()).toBe("");
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  it("prints lines of JSON instead", async () => {
    const { started, url } = await running("simulate s3 --json", { isWatched: true });
    for (const path of ["acme/a", "acme/b", ""])
      await fetch(`${url}/${path}`, { headers: { authorization: "AWS a:b" } });
    await started.clock.advance(1_000);
    started.stop();
    await started.exitCode;
    const [first, second, ...rest] = started
      .out()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    expect(first).toEqual({ provider: "s3", url });
    expect(second).toEqual({
      provider: "s3",
      url,
      seconds: 1,
      requests: 3,
      refused: 0,
      forgotten: 0,
      methods: [
        { method: "GetObject", requests: 2, refused: 0 },
        { method: "ListBuckets", requests: 1, refused: 0 },
      ],
    });
    expect(rest).toEqual([]);
    expect(started.err()).toBe("");
  });

  it("shows requests and refusals of each second to somebody who watches, and wipes them away", async () => {
    const { started, url } = await running("simulate slack", { isWatched: true });
    for (let turn = 0; turn < 25; turn += 1) await callAs(url, "users.list");
    await started.clock.advance(1_000);
    expect(started.err()).toBe("\r\u001B[Krequests 25/s (25), refused 5/s (5)");
    await started.clock.advance(1_000);
    expect(started.err().endsWith("\r\u001B[Krequests 0/s (25), refused 0/s (5)")).toBe(true);
    started.stop();
    await started.exitCode;
    expect(started.err().endsWith("\r\u001B[K")).toBe(true);
    expect(started.out()).toContain("25 requests in 2.0 s, 5 refused for their rate");
    expect(started.clock.pending).toBe(0);
  });

  it("hands its options on", async () => {
    const { url: free } = await running("simulate slack --no-enforce --latency 0-5");
    for (let turn = 0; turn < 25; turn += 1) expect((await callAs(free, "users.list")).status).toBe(200);
    const { url: shared } = await running("simulate slack --stranger 0.5 --speed 0.001");
    const statuses: number[] = [];
    for (let turn = 0; turn < 11; turn += 1) statuses.push((await callAs(shared, "users.list")).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    const slow = performance.now();
    const { url: late } = await running("simulate slack --latency 50");
    await callAs(late, "api.test");
    expect(performance.now() - slow).toBeGreaterThanOrEqual(50);
  });

  it("listens on the port that it is given, and says so when that is taken", async () => {
    const { started, url } = await running("simulate slack");
    const { port } = new URL(url);
    const second = run(`simulate github --port ${port}`);
    expect(await second.exitCode).toBe(1);
    expect(second.err()).toBe(`error: port ${port} is taken; without --port a free one is found\n`);
    started.stop();
    await started.exitCode;
    const { url: third } = await running(`simulate github --port ${port}`);
    expect(new URL(third).port).toBe(port);
  });

  it("names the ten methods asked for most", async () => {
    const { started, url } = await running("simulate slack --json");
    for (let turn = 0; turn < 12; turn += 1) {
      for (let times = 0; times <= turn; times += 1) await callAs(url, `odd.method${String(turn).padStart(2, "0")}`);
    }
    started.stop();
    await started.exitCode;
    const { methods, requests } = JSON.parse(started.out().trim().split("\n").at(-1) ?? "") as {
      methods: { method: string; requests: number }[];
      requests: number;
    };
    expect(requests).toBe(78);
    expect(methods).toHaveLength(10);
    expect(methods[0]).toEqual({ method: "odd.method11", requests: 12, refused: 0 });
  });
});
