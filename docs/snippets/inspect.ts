import { createS3Api } from "@sluice/aws";
import { createGitHubApi } from "@sluice/github";
import { createGitLabApi } from "@sluice/gitlab";
import { createKeycloakApi } from "@sluice/keycloak";
import { createKubernetesApi } from "@sluice/kubernetes";
// #region imports
import { createLimiter, memoryStore, slidingWindow } from "@sluice/limiter";
import { createSlackApi } from "@sluice/slack";
// #endregion

export async function ofLimiter(): Promise<string[]> {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  // #region limiter
  const limiter = createLimiter({ store: memoryStore(), provider: "billing", account: "acme" });
  const reports = { bucket: "reports", limit: slidingWindow({ limit: 600, windowMs: 60_000 }) };
  await limiter.acquire({ ...reports, cost: 450 });

  // Everything this limiter was asked about; `limiter.inspect(reports)` for these buckets alone.
  const { mode, buckets } = await limiter.inspect();
  for (const { bucket, left, capacity, waiting, nextSlotMs } of buckets)
    say(`${bucket}: ${left} of ${capacity} left, ${waiting.count} wait, next in ${nextSlotMs} ms (${mode})`);
  // reports: 150 of 600 left, 0 wait, next in 0 ms (memory)
  // #endregion
  await limiter.close();
  return lines;
}

export async function ofSlack(token: string): Promise<string> {
  // #region slack
  const slack = createSlackApi("acme", { token });
  const limits = slack.limits();

  console.log(limits.explain("chat.postMessage").text); // words: which limits, their figures, sources and who set them
  console.log(limits.explain("chat.postMessage", { channel: "C0000001" }).limits[1]?.bucket); // channel:C0000001

  const { buckets, waiting } = await limits.inspect(); // what is charged, how full it is, when the next token comes
  console.log(
    `${buckets.length} buckets, ${waiting.count} calls wait, the first of them for ${waiting.longestWaitMs} ms`,
  );
  // #endregion
  await slack.close();
  return limits.explain("chat.postMessage").text;
}

export async function ofGitHub(auth: string): Promise<string> {
  // #region github
  const github = createGitHubApi("acme", { auth });
  const { limits, text } = github.limits().explain("issues.create"); // or "POST /repos/{owner}/{repo}/issues"
  console.log(text, limits[0]?.source?.url);
  // #endregion
  await github.close();
  return text;
}

export async function ofGitLab(token: string): Promise<string> {
  // #region gitlab
  const gitlab = createGitLabApi("acme", { token });
  const { text } = gitlab.limits().explain("Pipelines.create", [42, "main"]); // arguments as a list, as the method takes them
  // #endregion
  await gitlab.close();
  return text;
}

export async function ofAws(): Promise<string> {
  // #region aws
  const s3 = createS3Api("prod", { region: "eu-west-1" });
  const { text } = s3.limits().explain("PutObject", { Bucket: "reports", Key: "2026/11/all.csv" }); // or "PutObjectCommand"
  const { buckets } = await s3
    .limits()
    .inspect({ operation: "PutObject", args: { Bucket: "reports", Key: "2026/11/all.csv" } });
  console.log(`${text}\n${buckets[0]?.left} of ${buckets[0]?.capacity} left`);
  // #endregion
  await s3.close();
  return text;
}

export async function ofKeycloak(baseUrl: string): Promise<string> {
  // #region keycloak
  const keycloak = createKeycloakApi("main", { baseUrl });
  const { text } = keycloak.as({ namespace: "team-a" }).limits().explain("users.find"); // the global rate, and team-a's own
  // #endregion
  await keycloak.close();
  return text;
}

export async function ofKubernetes(): Promise<string> {
  // #region kubernetes
  const kubernetes = createKubernetesApi("prod");
  const { text } = kubernetes.limits().explain("CoreV1Api.listNamespacedPod"); // or "listNamespacedPod"
  // #endregion
  await kubernetes.close();
  return text;
}
