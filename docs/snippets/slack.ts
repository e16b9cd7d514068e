// #region service
import { createSlackApi } from "@sluice/slack";

const slack = createSlackApi("acme"); // token from SLACK_TOKEN_ACME, else SLACK_TOKEN; limits shared through REDIS_URL

for await (const page of slack.paginate("users.list", { limit: 200 })) {
  console.log(page);
}
await slack.chat.postMessage({ channel: "C0000001", text: "All of it at the published rate, none of it refused." });
await slack.close();
// #endregion
