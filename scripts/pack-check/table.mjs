/** Prints rows under a heading, in columns; numbers to the right. */
export function printTable(heading, rows) {
  const lines = [heading, ...rows].map((cells) => cells.map(String));
  const widths = heading.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const toTheRight = heading.map((_, column) => rows.every((cells) => /^\d|^-$/.test(String(cells[column]))));
  for (const cells of lines) {
    const padded = cells.map((cell, i) => (toTheRight[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])));
    console.log(padded.join("  ").trimEnd());
  }
}
