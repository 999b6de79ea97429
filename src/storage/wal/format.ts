/**
 * The write-ahead log, byte by byte (docs/formats/wal.md). A file is a header and frames; a frame
 * is readable alone; a record's *LSN* is its frame's first LSN plus its place in the frame.
 * The catalogue file has the same shape and holds defining records only.
 */
export const WAL_MAGIC = 0x4c415753; // "SWAL", little-endian
export const WAL_VERSION = 1;
export const FILE_HEADER_BYTES = 64;
export const FRAME_HEADER_BYTES = 32;
/** Largest payload of a frame. */
export const MAX_PAYLOAD_BYTES = 4 << 20;

// Offsets in a frame header.
export const FRAME_LENGTH = 0;
export const FRAME_CRC = 4;
export const FRAME_FIRST_LSN = 8;
export const FRAME_RECORDS = 16;
export const FRAME_NEXT_SERIES = 20;
export const FRAME_FLAGS = 24;
/** The frame begins with the log's state (open windows), so that replay may start here. */
export const FRAME_HAS_STATE = 1;

/**
 * First byte of a record. Below 0x80 it is a datapoint: nnn s ddd, where nnn is the number of
 * mantissa bytes (0 to 6; 7: a float64 follows instead), s the sign and ddd the decimals.
 */
export const RECORD_TIME = 0x80;
export const RECORD_PLAN = 0x81;
export const RECORD_SERIES = 0x82;
export const RECORD_EPOCH = 0x83;
export const RECORD_OPEN = 0x84;
export const RECORD_CUT = 0x85;
export const RECORD_FREEZE = 0x86;
export const RECORD_DELETE = 0x87;
export const RECORD_BUCKET = 0x88;
export const RECORD_STATE = 0x89;
/** An epoch whose step was learned from the datapoints before it. */
export const RECORD_LEARNED = 0x8a;

/** How far the numbered batches of a sender were taken. */
export const RECORD_BATCH = 0x8b;

/** Powers of ten that doubles hold exactly. */
export const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, i) => Number(`1e${i}`));
