// #region imports-program
import { runProgram, type Terminal } from "@sluice/cli";
// #endregion
// #region imports-faults
import { startSlackSimulator } from "@sluice/simulators";
import { createSlackApi } from "@sluice/slack";
// #endregion

/** What the command line prints, and what it ends with. */
export async function figures(url: string): Promise<{ exitCode: number; printed: string }> {
  // #region program
  let printed = "";
  const terminal: Terminal = {
    out: (text) => void (printed += text),
    err: (text) => void process.stderr.write(text),
    isWatched: false,
    hasColors: false,
    stop: new AbortController().signal, // ends `top`, `dashboard`, `simulate`
    env: { REDIS_URL: url },
  };
  const exitCode = await runProgram(["metrics", "--json"], terminal); // never rejects
  // #endregion
  return { exitCode, printed };
}

export async function throughFaults(redis: string): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  // #region faults
  await using simulator = await startSlackSimulator({ speed: 60, limits: { "users.list": 20 } });
  simulator.failNext({ method: "users.list", status: 503, times: 2 });

  const slack = createSlackApi("acme", { token: "xoxb-any", slackApiUrl: simulator.url, redis });
  const { ok } = await slack.users.list({});

  simulator.ledger.count({ method: "users.list" }); // 3: two failures, and the answer
  simulator.ledger.throttled(); // nothing: the limit was kept
  simulator.ledger.maxInWindow("users.list", 60_000); // the most that any minute held
  // #endregion
  seen.push(ok, simulator.ledger.count({ method: "users.list" }), simulator.ledger.throttled().length);
  seen.push(simulator.ledger.maxInWindow("users.list", 60_000));
  await slack.close();
  return seen;
}
