import type { FastifyPluginAsync, FastifyPluginOptions } from "fastify";

/** A plugin whose hooks hold for the instance that registers it, and not for a context of the plugin's own. */
export function unwrapped<Options extends FastifyPluginOptions>(
  name: string,
  plugin: FastifyPluginAsync<Options>,
): FastifyPluginAsync<Options> {
  return Object.assign(plugin, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: `@sluice/http/${name}`,
    [Symbol.for("plugin-meta")]: { name: `@sluice/http/${name}`, fastify: "5.x" },
  });
}
