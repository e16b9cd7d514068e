/** Longer texts are rare, and would fill the memory of whoever is sent them. */
const LONGEST = 256;

/**
 * The same function of a text, which remembers what came of it: connections and routes are few, and their requests many. Forgets all where there
 * would be too many, so that nobody can make it grow.
 */
export function remembered<Value>(of: (text: string) => Value, mostTexts = 1000): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = of(text);
    if (value === undefined || text.length > LONGEST) return value;
    if (known.size >= mostTexts) known.clear();
    known.set(text, value);
    return value;
  };
}
