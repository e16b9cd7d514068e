import * as sdk from "@kubernetes/client-node";

const other = "other";

/** Public methods of the one class that is not generated. The rest of its methods are steps of these. */
const objectMethods: Readonly<Record<string, string>> = {
  create: "POST",
  delete: "DELETE",
  patch: "PATCH",
  read: "GET",
  list: "GET",
  replace: "PUT",
};

/** The look-up of a kind's path, which the object API makes before the first request about it. */
export const discovery = "KubernetesObjectApi.resource";

const verbsByWord: readonly (readonly [RegExp, string])[] = [
  [/^connect(Get|Head|Options|Delete|Patch|Post|Put)/, ""],
  [/^create/, "POST"],
  [/^replace/, "PUT"],
  [/^patch/, "PATCH"],
  [/^delete/, "DELETE"],
  [/^(?:list|read|get|logFile)/, "GET"],
];

/** The class's name as it is exported: the generated ones call themselves otherwise. */
const classNames = new Map<object, string>(
  Object.entries(sdk as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
    typeof value === "function" && name.endsWith("Api") ? [[value.prototype as object, name] as const] : [],
  ),
);

/** Every method that calls the API, by its operation: `CoreV1Api.listNamespacedPod`. */
const operations = new Set<string>([...classNames].flatMap(([prototype, name]) => methodsOf(prototype, name)));

/** Every name an operation may have, for labels. */
export const knownOperations: readonly string[] = [...operations, discovery, other];

/** The methods of an SDK class, or of a class of the user's that is made like one, that call the API. */
export function callingMethods(prototype: object): readonly string[] {
  const found = new Set<string>();
  for (let at = prototype; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at) as object) {
    if (classNames.get(at) === "KubernetesObjectApi") for (const name of Object.keys(objectMethods)) found.add(name);
    else for (const name of Object.getOwnPropertyNames(at)) if (isMethod(at, name)) found.add(name);
  }
  return [...found];
}

/** The operation of a method; the two variants of each, with and without the raw response, are one. */
export function operationOf(prototype: object, method: string): string {
  const name = `${classNameOf(prototype)}.${method.replace(/WithHttpInfo$/, "")}`;
  return operations.has(name) ? name : other;
}

/** The HTTP verb of a method, told by its first word. */
export function verbOf(method: string): string {
  const own = objectMethods[method];
  if (own !== undefined) return own;
  for (const [word, verb] of verbsByWord) {
    const found = word.exec(method);
    if (found !== null) return verb === "" ? (found[1] ?? "").toUpperCase() : verb;
  }
  return "POST";
}

/** Whether the class makes several requests for one call. */
export function isComposite(prototype: object): boolean {
  return classNameOf(prototype) === "KubernetesObjectApi";
}

function methodsOf(prototype: object, name: string): string[] {
  return callingMethods(prototype)
    .filter((method) => !method.endsWith("WithHttpInfo"))
    .map((method) => `${name}.${method}`);
}

function isMethod(prototype: object, name: string): boolean {
  if (name === "constructor") return false;
  return typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === "function";
}

/** The name of the nearest class of the SDK's; its variants with promises and observables are known by their own. */
function classNameOf(prototype: object): string {
  for (let at = prototype; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at) as object) {
    const name = classNames.get(at) ?? variantName(at);
    if (name !== undefined) return name;
  }
  return other;
}

function variantName(prototype: object): string | undefined {
  const { name } = (prototype as { readonly constructor: { readonly name: string } }).constructor;
  const bare = /^(?:Promise|Observable)(\w+Api)$/.exec(name)?.[1];
  return bare !== undefined && bare in sdk ? bare : undefined;
}
