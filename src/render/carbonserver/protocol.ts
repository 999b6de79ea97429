/** How a frontend of go-carbon is answered. JSON is go-carbon's own, not Graphite's. */
export type Protocol = "v2" | "v3" | "json";

export const CONTENT_TYPES: Readonly<Record<Protocol, string>> = {
  v2: "application/x-protobuf",
  v3: "application/x-carbonapi-v3-pb",
  json: "application/json",
};

/** Values of `format` that are protobuf. */
const FORMATS: Readonly<Record<string, Protocol>> = {
  protobuf: "v2",
  protobuf3: "v2",
  carbonapi_v2_pb: "v2",
  carbonapi_v3_pb: "v3",
};

export const PROTOBUF_FORMATS = Object.keys(FORMATS);

/**
 * The protobuf that a request asks for, by `format` or by its Accept header; null when it asks for
 * something else.
 */
export function protobufProtocol(format: string | undefined, accept: string): Protocol | null {
  if (format !== undefined && format !== "") {
    return Object.hasOwn(FORMATS, format) ? FORMATS[format]! : null;
  }
  return accept.includes(CONTENT_TYPES.v3) ? "v3" : null;
}
