// #region legacy
import { SlackApi } from "@sluice/slack";

const slack = new SlackApi("acme", process.env["SLACK_TOKEN"]);
await slack.auth.test();
// #endregion
