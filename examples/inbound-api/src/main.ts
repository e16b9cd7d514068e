import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { importPolicies } from "@sluice/policy";
import Table from "cli-table3";
import { createApi } from "./app.js";
import { type Visit, visits } from "./visits.js";

const policies = importPolicies(await readFile(new URL("../policies.json", import.meta.url), "utf8"));
const { app, close } = createApi(policies);
const server = app.listen(0, "127.0.0.1");
await once(server, "listening");
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const table = new Table({
  head: ["who", "endpoint", "requests", "answers", "refused by"],
  style: { head: [], border: [] },
});
for (const visit of visits) {
  const { who, method, path, times } = visit;
  const answers = new Map<string, number>();
  const refusedBy = new Set<string>();
  for (let index = 0; index < times; index += 1) {
    const { answer, policy } = await ask(visit);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    if (policy !== undefined) refusedBy.add(policy);
  }
  const counts = [...answers].map(([answer, many]) => `${many} x ${answer}`).join(", ");
  table.push([who, `${method} ${path}`, times, counts, [...refusedBy].join(", ") || "nobody"]);
}
console.log(table.toString());

server.close();
await close();

/** One request: its status, with the report that came, and the policy that refused it, if any did. */
async function ask({ method, path, token }: Visit): Promise<{ readonly answer: string; readonly policy?: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { method, headers });
  const { report, policy } = (await response.json()) as { readonly report?: string; readonly policy?: string };
  const answer = report === undefined ? String(response.status) : `${response.status} ${report}`;
  return policy === undefined ? { answer } : { answer, policy };
}
