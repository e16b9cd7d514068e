// #region imports
import { redisControlStore } from "@sluice/limiter-redis";
// #endregion

/** A change that is not over before a replica has it. */
export async function confirmedChange(
  url: string,
  rate: string,
  warn: (text: string) => void,
): Promise<boolean | undefined> {
  // #region confirm
  await using control = redisControlStore({ url, confirm: { replicas: 1, withinMs: 200 } });
  const { confirmed } = await control.change("settings", {
    records: { rate },
    entry: { action: "rate.set", subject: "rate", author: "ops", reason: "the provider allows more" },
  });
  if (confirmed !== true) warn("a failover in the next moment would undo this");
  // #endregion
  return confirmed;
}
