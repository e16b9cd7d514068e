// JSON as the repository's formatter would have it, so that formatting leaves generated files alone.

const width = 120;

/** The text of a file. */
export function jsonText(value) {
  return `${textOf(value, "", 0)}\n`;
}

/** Objects on lines of their own; lists of plain values on one line where they fit. `used` is what stands before it on its line. */
function textOf(value, margin, used) {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${margin}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const plain = value.every((one) => typeof one !== "object" || one === null);
    const line = `[${value.map((one) => JSON.stringify(one)).join(", ")}]`;
    if (plain && used + line.length < width) return line;
    return `[\n${value.map((one) => inner + textOf(one, inner, inner.length)).join(",\n")}\n${margin}]`;
  }
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, one]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return start + textOf(one, inner, start.length);
  });
  return `{\n${lines.join(",\n")}\n${margin}}`;
}
