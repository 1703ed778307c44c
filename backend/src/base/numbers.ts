/** The value, or the bound that it lies beyond. */
export function clamp(value: number, low = 0, high = 1): number {
  return Math.min(high, Math.max(low, value));
}

/** To three decimals, as scores are published. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
