import protobuf from "protobufjs/light.js";
import { GraphiteError } from "../../model/errors.ts";

/** Fields of a message by name: `number type`, with `repeated` before the type of a list. */
type Fields = Readonly<Record<string, string>>;

/**
 * The messages between carbonapi and its backends, proto3, as far as we read or write them. What
 * else a message holds is passed over.
 *
 * `values` and `isAbsent` are repeated double and repeated bool there. Packed, as they are sent,
 * they are the same on the wire as bytes, and a list of doubles is written in one go.
 */
const V3: Readonly<Record<string, Fields>> = {
  CapabilityResponse: {
    supportedProtocols: "1 repeated string",
    name: "2 string",
    highPrecisionTimestamps: "3 bool",
    supportFilteringFunctions: "4 bool",
    likeSplittedRequests: "5 bool",
    supportStreaming: "6 bool",
  },
  FetchRequest: {
    name: "1 string",
    startTime: "2 int64",
    stopTime: "3 int64",
    pathExpression: "5 string",
  },
  MultiFetchRequest: { metrics: "1 repeated FetchRequest" },
  FetchResponse: {
    name: "1 string",
    pathExpression: "2 string",
    consolidationFunc: "3 string",
    startTime: "4 int64",
    stopTime: "5 int64",
    stepTime: "6 int64",
    xFilesFactor: "7 float",
    values: "9 bytes",
    requestStartTime: "11 int64",
    requestStopTime: "12 int64",
  },
  MultiFetchResponse: { metrics: "1 repeated FetchResponse" },
  // A MultiMetricsInfoRequest has the same layout, under other names.
  MultiGlobRequest: { metrics: "1 repeated string" },
  GlobMatch: { path: "1 string", isLeaf: "2 bool" },
  GlobResponse: { name: "1 string", matches: "2 repeated GlobMatch" },
  MultiGlobResponse: { metrics: "1 repeated GlobResponse" },
  Retention: { secondsPerPoint: "1 int64", numberOfPoints: "2 int64" },
  MetricsInfoResponse: {
    name: "1 string",
    consolidationFunc: "2 string",
    maxRetention: "3 int64",
    xFilesFactor: "4 float",
    retentions: "5 repeated Retention",
  },
  MultiMetricsInfoResponse: { metrics: "1 repeated MetricsInfoResponse" },
  ListMetricsResponse: { Metrics: "1 repeated string" },
  MetricDetailsResponse: { FreeSpace: "2 uint64", TotalSpace: "3 uint64" },
};

const V2: Readonly<Record<string, Fields>> = {
  FetchResponse: {
    name: "1 string",
    startTime: "2 int32",
    stopTime: "3 int32",
    stepTime: "4 int32",
    values: "5 bytes",
    isAbsent: "6 bytes",
  },
  MultiFetchResponse: { metrics: "1 repeated FetchResponse" },
  GlobMatch: { path: "1 string", isLeaf: "2 bool" },
  GlobResponse: { name: "1 string", matches: "2 repeated GlobMatch" },
  Retention: { secondsPerPoint: "1 int32", numberOfPoints: "2 int32" },
  InfoResponse: {
    name: "1 string",
    aggregationMethod: "2 string",
    maxRetention: "3 int32",
    xFilesFactor: "4 float",
    retentions: "5 repeated Retention",
  },
};

const root = new protobuf.Root();
define("v3", V3);
define("v2", V2);

/** Elements of a request, each at least an object here. */
const MAX_ELEMENTS = 100_000;

/** @param message `v3.MultiFetchResponse` and so on */
export function encodeMessage(message: string, content: Record<string, unknown>): Uint8Array {
  return root.lookupType(message).encode(content).finish();
}

/**
 * The fields of a message, with those that are not there at their defaults; 64-bit numbers are
 * numbers.
 *
 * @throws GraphiteError ERR_PARAMETER for bytes that are no such message, or hold too many elements
 */
export function decodeMessage<T>(message: string, bytes: Uint8Array): T {
  try {
    checkElements(bytes);
    const type = root.lookupType(message);
    return type.toObject(type.decode(bytes), { longs: Number, defaults: true }) as T;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GraphiteError("ERR_PARAMETER", `the body is no ${message}: ${reason}`);
  }
}

/** A byte or two make an element: they are counted before there is an object for each. */
function checkElements(bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes);
  for (let elements = 0; reader.pos < reader.len; elements++) {
    if (elements === MAX_ELEMENTS) throw new Error(`more than ${MAX_ELEMENTS} elements`);
    reader.skipType(reader.uint32() & 7);
  }
}

function define(space: string, messages: Readonly<Record<string, Fields>>): void {
  const namespace = root.define(space);
  for (const [name, fields] of Object.entries(messages)) {
    const type = new protobuf.Type(name);
    for (const [field, text] of Object.entries(fields)) {
      const [number, ...kind] = text.split(" ");
      const rule = kind.length === 2 ? kind[0] : undefined;
      type.add(new protobuf.Field(field, Number(number), kind.at(-1)!, rule));
    }
    namespace.add(type);
  }
}
