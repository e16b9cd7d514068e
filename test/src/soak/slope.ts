/** By least squares, per minute; 0 for a single point. */
export function slopePerMinute(points: readonly (readonly [atMs: number, value: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanMs, meanValue] = [mean(points.map(([atMs]) => atMs)), mean(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [atMs]) => sum + (atMs - meanMs) ** 2, 0);
  if (!(spread > 0)) return 0;
  return (points.reduce((sum, [atMs, value]) => sum + (atMs - meanMs) * (value - meanValue), 0) / spread) * 60_000;
}
