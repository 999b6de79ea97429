/**
 * The mistakes a caller can make, each with a stable code and the HTTP status it is answered with.
 * docs/errors.md explains every code; a test keeps the two lists equal.
 */
export const ERRORS = {
  ERR_TARGET_SYNTAX: 400,
  ERR_UNKNOWN_FUNCTION: 400,
  ERR_ARGUMENT: 400,
  ERR_EVALUATION: 400,
  ERR_REGEX: 400,
  ERR_TAG_EXPRESSION: 400,
  ERR_TIME: 400,
  ERR_PARAMETER: 400,
  ERR_LIMIT_SERIES: 400,
  ERR_LIMIT_DATAPOINTS: 400,
  ERR_LIMIT_SECONDS: 503,
  ERR_CONFIG: 400,
  ERR_UNAUTHORIZED: 401,
  ERR_FORBIDDEN: 403,
  ERR_ORIGIN: 403,
  ERR_NOT_FOUND: 404,
  ERR_CONFLICT: 412,
  ERR_REQUEST: 400,
  ERR_BODY_SIZE: 413,
  ERR_URL_SIZE: 414,
  ERR_HEADER_SIZE: 431,
  ERR_LIMIT_LOGINS: 429,
  ERR_LIMIT_COST: 429,
  ERR_NOT_READY: 503,
  ERR_TOO_LARGE: 413,
  ERR_NO_ROOM: 507,
  ERR_NOT_STORED: 503,
  ERR_PICTURE: 501,
  ERR_INTERNAL: 500,
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** A mistake of the caller, told in a sentence that says what to change. */
export class GraphiteError extends Error {
  readonly code: ErrorCode;
  /** Column of the target text that the reason points at, from 1; absent when none fits. */
  readonly column: number | undefined;
  /** The function call that the reason is about, as typed; absent when it is about none. */
  readonly call: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { column?: number; call?: string; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GraphiteError";
    this.code = code;
    this.column = options?.column;
    this.call = options?.call;
  }

  get status(): number {
    return ERRORS[this.code];
  }
}
