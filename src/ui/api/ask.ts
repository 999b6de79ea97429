import type { PageConfig } from "./config.ts";

/** Why a request failed, in words for people. */
export class ApiError extends Error {
  /** HTTP status; 0 where the server could not be reached. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | null | undefined>
>;

export interface Question {
  query?: Query;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as a form; repeated names for lists. */
  form?: Query;
  method?: "GET" | "POST" | "PUT" | "DELETE";
  headers?: Readonly<Record<string, string>>;
  /** Ends the request. */
  signal?: AbortSignal;
}

/** Of `_/ui/config.json`, once it is there; only `./config.ts` sets it. */
let apiBase: Promise<PageConfig> | null = null;

export function setConfig(config: Promise<PageConfig>): void {
  apiBase = config;
}

/**
 * Asks a door of the server's own (`_/search`) for JSON.
 *
 * @throws ApiError; an AbortError for what `signal` has ended
 */
export async function askDoor<Answer>(path: string, question: Question = {}): Promise<Answer> {
  return (await (await fetchOk(doorUrl(path, question.query), question)).json()) as Answer;
}

/** Asks Graphite's API (`render`, `metrics/find`) for JSON. @throws like {@link askDoor} */
export async function askGraphite<Answer>(path: string, question: Question = {}): Promise<Answer> {
  return (await (await fetchGraphite(path, question)).json()) as Answer;
}

/** Graphite's API, for answers that are no JSON. @throws like {@link askDoor} */
export async function fetchGraphite(path: string, question: Question = {}): Promise<Response> {
  return fetchOk(await graphiteUrl(path, question.query), question);
}

/** The address of a door, relative to the page. */
export function doorUrl(path: string, query: Query = {}): string {
  return withQuery(path, query);
}

/** The address of something of Graphite's API, relative to the page. */
export async function graphiteUrl(path: string, query: Query = {}): Promise<string> {
  const { api = "" } = (await apiBase) ?? {};
  return withQuery(api + path, query);
}

export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

async function fetchOk(url: string, question: Question): Promise<Response> {
  const { json, form, method, signal, headers = {} } = question;
  const init: RequestInit = { headers: { accept: "application/json", ...headers } };
  if (json !== undefined) {
    init.body = JSON.stringify(json);
    init.headers = { ...init.headers, "content-type": "application/json" };
  } else if (form !== undefined) init.body = searchOf(form);
  init.method = method ?? (init.body === undefined ? "GET" : "POST");
  if (signal !== undefined) init.signal = signal;
  // Without a slash in front: relative to the page, wherever a proxy has put it.
  const answer = await fetch(`./${url}`, init).catch((error: unknown) => {
    if (isAborted(error)) throw error;
    throw new ApiError(0, "", "The server cannot be reached.");
  });
  if (answer.ok) return answer;
  throw await errorOf(answer);
}

async function errorOf(answer: Response): Promise<ApiError> {
  const code = answer.headers.get("x-statite-error") ?? "";
  const text = await answer.text().catch(() => "");
  try {
    const body = JSON.parse(text) as { message?: unknown; error?: unknown; code?: unknown };
    const message = [body.message, body.error].find((one) => typeof one === "string");
    if (typeof message === "string") return new ApiError(answer.status, code, message);
  } catch {
    // Not every answer of a proxy in between is JSON.
  }
  const plain = text.length < 300 && !text.startsWith("<") ? text.trim() : "";
  return new ApiError(answer.status, code, plain || `The server answered ${answer.status}.`);
}

function withQuery(path: string, query: Query): string {
  const text = searchOf(query).toString();
  return text === "" ? path : `${path}?${text}`;
}

function searchOf(query: Query): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search;
}
