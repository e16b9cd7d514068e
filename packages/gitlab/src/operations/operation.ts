import { direct, methodsOf, resourcesOf } from "../client/methods.js";

let names: readonly string[] | undefined;

/**
 * Every name that an operation may have: `Projects.all` and so on, one for each method of the client's resources, and `other`. Read
 * from the SDK that is installed, so that it is never behind.
 */
export function operationsOf(client: object): readonly string[] {
  names ??= Object.freeze([
    ...resourcesOf(client).flatMap(([name, resource]) => methodsOf(resource).map((method) => `${name}.${method}`)),
    direct,
  ]);
  return names;
}
