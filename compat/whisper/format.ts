import { GRAPHITE_METHODS, type GraphiteMethod } from "../../src/model/aggregation.ts";

/**
 * A whisper file: one series, a ring of points for each archive. Big-endian.
 *
 *     at        type     field
 *      0        u32      aggregation method, see METHODS
 *      4        u32      longest retention, seconds
 *      8        f32      xFilesFactor
 *     12        u32      archives A
 *     16 + 12i  3 u32    of archive i: where its points begin, seconds per point, points
 *     …         u32 f64  points: time and value, an archive after the other, the finest one first
 *
 * @see docs/formats/whisper.md
 */
export const HEADER_BYTES = 16;
export const ARCHIVE_BYTES = 12;
export const POINT_BYTES = 12;

/** By the number in the header, which begins at 1. */
export const METHODS = GRAPHITE_METHODS;
export type WhisperMethod = GraphiteMethod;

export function isWhisperMethod(method: string): method is WhisperMethod {
  return (METHODS as readonly string[]).includes(method);
}

export interface WhisperArchive {
  /** Where the first point lies, bytes. */
  offset: number;
  /** Seconds per point. */
  step: number;
  points: number;
}

export interface WhisperHeader {
  method: WhisperMethod;
  xFilesFactor: number;
  /** Seconds; as the header says it. */
  longestRetention: number;
  /** Finest first. */
  archives: readonly WhisperArchive[];
}

/** More archives than any installation has: a header that claims more is none. */
export const MAX_ARCHIVES = 1024;
