import { formatNumber } from "../units/readable.ts";
import type { MetricVerdict } from "./judge-metric.ts";

/** Share of the size's bandwidth that the best throughput has to reach. */
const LEAST_SHARE = 0.9;

/** What is judged by the bandwidth of the machine's size where that is known, not by criteria. */
export const isThroughput = (metric: string): boolean => /^(?:[tr]x_)?throughput_in_gbps/.test(metric);

/** A metric without the connections and buffers it was measured with: these belong to one curve. */
export const curveOf = (metric: string): string => metric.replace(/_conn_\d+(?:_buffer_\d+)?$/, "");

/** Connections and buffer that a throughput was measured with, for sorting: a curve goes from few to many. */
export const placeOnCurve = (metric: string): readonly [connections: number, buffer: number] => {
  const [, connections = "0", buffer = "0"] = /_conn_(\d+)(?:_buffer_(\d+))?$/.exec(metric) ?? [];
  return [Number(connections), Number(buffer)];
};

export interface CurveVerdict {
  /** One for each value, in their order. */
  readonly points: readonly MetricVerdict[];
  /** Whether the best of them is what the size promises. */
  readonly peak: MetricVerdict;
}

/**
 * Judges the throughputs of one curve, in Gbit/s and in the order of more and more connections: the best has to reach
 * 90 % of the size's bandwidth, and behind it none may fall by more than `dropRatio`.
 */
export function judgeCurve(values: readonly number[], bandwidthGbps: number, dropRatio: number): CurveVerdict {
  let peak = 0;
  const points = values.map((value): MetricVerdict => {
    peak = Math.max(peak, value);
    const least = peak * (1 - dropRatio);
    const isMet = value >= least;
    const message = `${formatNumber(value)} is ${isMet ? "not " : ""}below ${formatNumber(least)}, the best so far less ${formatNumber(dropRatio * 100)} %.`;
    return { isMet, message };
  });
  const wanted = bandwidthGbps * LEAST_SHARE;
  const isReached = peak >= wanted;
  const message = `The best, ${formatNumber(peak)}, is ${isReached ? "not " : ""}below ${formatNumber(wanted)}, 90 % of the size's ${formatNumber(bandwidthGbps)} Gbit/s.`;
  return { points, peak: { isMet: isReached, message } };
}
