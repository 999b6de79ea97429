/** A render function as `/functions` describes it. */
export interface FunctionDoc {
  name: string;
  /** `scale(seriesList, factor)` */
  signature: string;
  description: string;
  group: string;
  params: ParamDoc[];
}

export interface ParamDoc {
  name: string;
  /** `seriesList`, `float`, `interval` …: see docs of `/functions`. */
  type: string;
  isRequired: boolean;
  /** Takes all arguments that are left. */
  isMultiple: boolean;
  default: unknown;
  /** The values that it can have, if they are known. */
  options: string[];
  suggestions: (string | number)[];
}

export type FunctionDocs = ReadonlyMap<string, FunctionDoc>;

const SERIES_TYPES = new Set(["seriesList", "seriesLists", "series"]);

/** Reads the answer of `/functions`. What is not understood is left out. */
export function readFunctionDocs(answer: unknown): FunctionDocs {
  const docs = new Map<string, FunctionDoc>();
  for (const [name, entry] of Object.entries(objectOf(answer))) {
    const fields = objectOf(entry);
    const params = Array.isArray(fields.params) ? fields.params.map(readParam) : [];
    docs.set(name, {
      name,
      signature: textOf(fields.function) || `${name}()`,
      description: textOf(fields.description),
      group: textOf(fields.group) || "Other",
      params,
    });
  }
  return docs;
}

function readParam(entry: unknown): ParamDoc {
  const fields = objectOf(entry);
  return {
    name: textOf(fields.name),
    type: textOf(fields.type) || "any",
    isRequired: fields.required === true,
    isMultiple: fields.multiple === true,
    default: fields.default,
    options: Array.isArray(fields.options) ? fields.options.map(String) : [],
    suggestions: Array.isArray(fields.suggestions)
      ? fields.suggestions.filter((value) => typeof value === "string" || typeof value === "number")
      : [],
  };
}

export function takesSeries(param: ParamDoc | null | undefined): boolean {
  return param !== null && param !== undefined && SERIES_TYPES.has(param.type);
}

/** Whether the function makes something of series, rather than series of nothing. */
export function hasInput(doc: FunctionDoc | undefined): boolean {
  return takesSeries(doc?.params[0]);
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
