/** Anything that Keycloak keeps, as it goes over the wire. @public */
export type Representation = Readonly<Record<string, unknown>> & { readonly id: string };

/** Things of one kind, by id, in the order they were made. @public */
export interface Collection {
  all(): readonly Representation[];
  get(id: string): Representation | undefined;
  /** The one whose field has that value. */
  find(field: string, value: unknown): Representation | undefined;
  put(thing: Representation): void;
  delete(id: string): boolean;
}

/** An empty collection. */
export function createCollection(): Collection {
  const things = new Map<string, Representation>();
  return {
    all: () => [...things.values()],
    get: (id) => things.get(id),
    find(field, value) {
      for (const thing of things.values()) if (thing[field] === value) return thing;
      return undefined;
    },
    put: (thing) => void things.set(thing.id, thing),
    delete: (id) => things.delete(id),
  };
}
