import type { Gitlab } from "@gitbeaker/rest";
import { methodsOf, resourcesOf } from "../client/methods.js";
import { argumentsOf, inCiJobs } from "./arguments.test-support.js";

type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** Every method of a client by its name, bound to its resource; without arguments it takes some that will do. */
export function allMethods(client: Gitlab): Map<string, Call> {
  return new Map(
    resourcesOf(client).flatMap(([resource, owner]) =>
      methodsOf(owner).map((method): [string, Call] => {
        const name = `${resource}.${method}`;
        if (inCiJobs.has(name)) client.Jobs.headers["job-token"] = "1";
        return [
          name,
          async (...args) =>
            Reflect.apply(Reflect.get(owner, method) as Call, owner, args.length === 0 ? argumentsOf(name) : args),
        ];
      }),
    ),
  );
}
