import * as sdk from "@kubernetes/client-node";

type Class = sdk.ApiConstructor<object>;

/** A method of one of the SDK's generated classes. */
export interface SdkMethod {
  readonly className: string;
  readonly type: Class;
  readonly name: string;
}

/** The SDK's classes whose instances call the API, by the names they are exported under. */
export const apiClasses: readonly (readonly [string, Class])[] = Object.entries(
  sdk as Readonly<Record<string, unknown>>,
)
  .filter(([name, value]) => typeof value === "function" && name.endsWith("Api"))
  .map(([name, value]) => [name, value as Class]);

/** Every method of the generated classes, both variants. */
export const generatedMethods: readonly SdkMethod[] = apiClasses
  .filter(([className]) => className !== "KubernetesObjectApi")
  .flatMap(([className, type]) =>
    Object.getOwnPropertyNames(type.prototype)
      .filter((name) => name !== "constructor")
      .map((name) => ({ className, type, name })),
  );

/** An argument with which every generated method makes a request. */
export const anyArgument = {
  name: "n",
  namespace: "ns",
  path: "p",
  group: "example.com",
  version: "v1",
  plural: "things",
  resourcePlural: "things",
  logpath: "log",
  body: {},
} as const;

/** Calls a method of a client by its name. */
export function callMethod(client: object, name: string, ...args: readonly unknown[]): Promise<unknown> {
  return Reflect.apply(Reflect.get(client, name) as (...args: unknown[]) => Promise<unknown>, client, [...args]);
}
