import { expressApp, expressRoutes } from "./express-app.test-support.js";
import { fastifyApp } from "./fastify-app.test-support.js";
import { fetchApp } from "./fetch-app.test-support.js";
import { honoApp } from "./hono-app.test-support.js";
import { nodeApp } from "./node-app.test-support.js";
import { describeAdapter } from "./adapter-suite.test-support.js";

for (const adapter of [expressApp, expressRoutes, fastifyApp, honoApp, fetchApp, nodeApp]) describeAdapter(adapter);
