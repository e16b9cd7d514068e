/** Prints one line of result, and adds what was found to the complaints. */
export function report(complaints, line, found) {
  console.log(`${found.length === 0 ? "ok    " : "WRONG "} ${line}`);
  complaints.push(...found.map((one) => `${line}: ${one}`));
}
