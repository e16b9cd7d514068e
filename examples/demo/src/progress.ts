/** A line that moves: rewritten in place on a terminal, one line a second elsewhere. */
export function createProgress(label: string, stream: NodeJS.WriteStream = process.stderr) {
  const startedMs = performance.now();
  let saidMs = Number.NEGATIVE_INFINITY;
  return (done: number, total: number, refused: number): void => {
    const nowMs = performance.now();
    if (done < total && nowMs - saidMs < (stream.isTTY ? 100 : 1000)) return;
    saidMs = nowMs;
    const line = `${label}: ${done}/${total} calls, ${refused} refused, ${((nowMs - startedMs) / 1000).toFixed(0)} s`;
    stream.write(stream.isTTY ? `\r\u001B[K${line}${done === total ? "\n" : ""}` : `${line}\n`);
  };
}
