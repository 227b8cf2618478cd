/** One line of JSON for each figure, with its floor or peer of the same run and its goal. */
export interface Figure {
  readonly bench: string;
  readonly value: number;
  readonly unit: string;
  /** What the figure is held against, measured in the same run, or the published figure of a peer. */
  readonly beside?: Readonly<Record<string, number>>;
  readonly goal?: number;
  /** Whether more is better; default less. */
  readonly more?: boolean;
}

export function report(room: string, figure: Figure): void {
  const { goal, value, more = false, ...rest } = figure;
  const met = goal === undefined ? {} : { goal, met: more ? value >= goal : value <= goal };
  console.log(JSON.stringify({ room, ...rest, value: Number(value.toPrecision(4)), ...met }));
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
