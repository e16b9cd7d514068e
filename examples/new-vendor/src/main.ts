import { createAirtableApi } from "./airtable.js";
import { startLocalAirtable } from "./local-airtable.js";

const work = Array.from({ length: 12 }, () => "/v0/appOne/Tasks");

await using plain = await startLocalAirtable();
await Promise.all(work.map((path) => fetch(plain.url + path)));
console.log(`fetch: ${plain.seen.requests} requests, ${plain.seen.refused} refused`);

await using limited = await startLocalAirtable();
await using airtable = createAirtableApi("acme");
await Promise.all(work.map((path) => airtable(limited.url + path)));
console.log(`createAirtableApi: ${limited.seen.requests} requests, ${limited.seen.refused} refused`);
