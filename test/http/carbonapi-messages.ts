import { type Message, many, one } from "../protobuf.ts";

/** The messages of carbonapi and go-carbon, as a reader of their definitions writes them down. */
const fetchRequest: Message = {
  1: one("name", "string"),
  2: one("startTime", "int"),
  3: one("stopTime", "int"),
  5: one("pathExpression", "string"),
  7: one("maxDataPoints", "int"),
};
const globMatch: Message = { 1: one("path", "string"), 2: one("isLeaf", "bool") };
const globResponse: Message = { 1: one("name", "string"), 2: many("matches", globMatch) };
const retention: Message = { 1: one("secondsPerPoint", "int"), 2: one("numberOfPoints", "int") };
const v3Series: Message = {
  1: one("name", "string"),
  2: one("pathExpression", "string"),
  3: one("consolidationFunc", "string"),
  4: one("startTime", "int"),
  5: one("stopTime", "int"),
  6: one("stepTime", "int"),
  7: one("xFilesFactor", "float"),
  8: one("highPrecisionTimestamps", "bool"),
  9: many("values", "double"),
  10: many("appliedFunctions", "string"),
  11: one("requestStartTime", "int"),
  12: one("requestStopTime", "int"),
};
const v2Series: Message = {
  1: one("name", "string"),
  2: one("startTime", "int"),
  3: one("stopTime", "int"),
  4: one("stepTime", "int"),
  5: many("values", "double"),
  6: many("isAbsent", "bool"),
};
const v3Info: Message = {
  1: one("name", "string"),
  2: one("consolidationFunc", "string"),
  3: one("maxRetention", "int"),
  4: one("xFilesFactor", "float"),
  5: many("retentions", retention),
};

export const V3 = {
  multiFetchRequest: { 1: many("metrics", fetchRequest) },
  multiFetchResponse: { 1: many("metrics", v3Series) },
  multiGlobRequest: {
    1: many("metrics", "string"),
    2: one("startTime", "int"),
    3: one("stopTime", "int"),
  },
  multiGlobResponse: { 1: many("metrics", globResponse) },
  multiInfoResponse: { 1: many("metrics", v3Info) },
  listResponse: { 1: many("Metrics", "string") },
  detailsResponse: { 2: one("FreeSpace", "int"), 3: one("TotalSpace", "int") },
  capabilityResponse: {
    1: many("supportedProtocols", "string"),
    2: one("name", "string"),
    3: one("highPrecisionTimestamps", "bool"),
    4: one("supportFilteringFunctions", "bool"),
    5: one("likeSplittedRequests", "bool"),
    6: one("supportStreaming", "bool"),
  },
} satisfies Record<string, Message>;

export const V2 = {
  multiFetchResponse: { 1: many("metrics", v2Series) },
  globResponse,
  infoResponse: {
    1: one("name", "string"),
    2: one("aggregationMethod", "string"),
    3: one("maxRetention", "int"),
    4: one("xFilesFactor", "float"),
    5: many("retentions", retention),
  },
} satisfies Record<string, Message>;
