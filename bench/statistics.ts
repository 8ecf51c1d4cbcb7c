// Minima, medians and percentiles.

export interface Spread {
  min: number;
  median: number;
}

/** The value below which `percent` of the values lie; 0 for none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100));
  return sorted[index] ?? 0;
}

export function spread(values: readonly number[]): Spread {
  return { min: Math.min(...values), median: percentile(values, 50) };
}

/** A figure that was taken once. */
export const once = (value: number): Spread => ({ min: value, median: value });
