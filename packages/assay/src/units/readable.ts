/** A duration for people: `85 ms`, `4.2 s`, `48 s`, `2 min 5 s`, `1 h 4 min`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "?";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const BYTE_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** A size for people, in powers of 1024: `312 bytes`, `4.2 KiB`, `17 MiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit: (typeof BYTE_UNITS)[number] = "bytes";
  for (const next of BYTE_UNITS.slice(1)) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return unit === "bytes" || value >= 10 ? `${Math.round(value)} ${unit}` : `${value.toFixed(1)} ${unit}`;
}

/** A measured number for people: no exponent, up to four significant digits after the first three. */
export const formatNumber = (value: number): string =>
  Number.isFinite(value) ? value.toLocaleString("en-US", { maximumSignificantDigits: 6, useGrouping: false }) : "?";

/** A time as the journal has it (ISO 8601, UTC), for people: `2026-11-21 05:12:03 UTC`. */
export const formatTime = (at: string): string => at.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
