/**
 * How many examples a property test tries. The mutation tests, which run every test a thousand times over, set
 * `PROPERTY_RUNS_PERCENT`.
 */
export function runs(count: number): number {
  return Math.ceil((count * Number(process.env['PROPERTY_RUNS_PERCENT'] ?? 100)) / 100);
}
