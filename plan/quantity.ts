/** Amounts of processors and memory, as Kubernetes writes them. */

const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const DECIMAL = ["k", "M", "G", "T", "P", "E"] as const;

const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  ...Object.fromEntries(BINARY.map((suffix, at) => [suffix, 1024 ** (at + 1)])),
  ...Object.fromEntries(DECIMAL.map((suffix, at) => [suffix, 1000 ** (at + 1)])),
};

/**
 * An amount in its base unit: processors, or bytes.
 *
 * @param value such as `500m`, `1.5Gi`, `1e3` or 2
 * @returns nothing for what is no quantity
 */
export function parseQuantity(value: unknown): number | undefined {
  const [, number = "", suffix = ""] =
    /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([A-Za-z]*)$/.exec(String(value)) ?? [];
  const factor = FACTORS[suffix];
  return number === "" || factor === undefined ? undefined : Number(number) * factor;
}

/** Processors as people write them: `1500m`, `2`. */
export function showCpu(cores: number): string {
  const milli = Math.round(cores * 1000);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Bytes in the largest unit that leaves at most two digits behind the point: `1.5Gi`, `192Mi`. */
export function showMemory(bytes: number): string {
  const unit = [...BINARY].reverse().find((suffix) => bytes >= (FACTORS[suffix] ?? 1));
  return `${Number((bytes / (FACTORS[unit ?? ""] ?? 1)).toFixed(2))}${unit ?? ""}`;
}
