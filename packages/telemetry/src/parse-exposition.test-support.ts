/** One line of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const name = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const comment =
  /^# (HELP [a-zA-Z_:][a-zA-Z0-9_:]* .+|TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram|summary|untyped))$/;

/**
 * Reads the Prometheus text format 0.0.4 strictly and throws at the first thing that is not in it: a wrong line, a label twice,
 * a label set twice, text that is not UTF-8.
 */
export function parseExposition(text: string): Sample[] {
  if (Buffer.from(text, "utf8").toString("utf8") !== text) throw new Error("The text is not UTF-8");
  if (!text.endsWith("\n")) throw new Error("The last line does not end");
  const seen = new Set<string>();
  const samples: Sample[] = [];
  // Split where any line-based reader may split, not only at newlines.
  for (const line of text.split(/\r\n|[\n\r\u0085\u2028\u2029]/)) {
    if (line === "" || comment.test(line)) continue;
    const sample = parseSample(line);
    const identity = JSON.stringify([sample.name, [...sample.labels].toSorted()]);
    if (seen.has(identity)) throw new Error(`Twice in one scrape: ${line}`);
    seen.add(identity);
    samples.push(sample);
  }
  return samples;
}

function parseSample(line: string): Sample {
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found === null) throw new Error(`Not an exposition line, at ${at}: ${line.slice(0, 200)}`);
    at = pattern.lastIndex;
    return found[0];
  };
  const metric = take(name);
  const labels = new Map<string, string>();
  if (line[at] === "{") {
    take(/\{/y);
    while (line[at] !== "}") {
      const label = take(/[a-zA-Z_][a-zA-Z0-9_]*/y);
      if (labels.has(label)) throw new Error(`Label ${label} twice: ${line}`);
      const quoted = take(/="(?:[^"\\\n]|\\[\\"n])*"/y);
      labels.set(
        label,
        quoted.slice(2, -1).replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped)),
      );
      if (line[at] === ",") take(/,/y);
    }
    take(/\}/y);
  }
  const value = take(/ (?:[+-]?Inf|NaN|[-+0-9.eE]+)$/y).slice(1);
  return { name: metric, labels, value: value === "+Inf" ? Infinity : Number(value) };
}
