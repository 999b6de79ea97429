import type { IncomingMessage } from "node:http";

/** Parameters that make a question of any path, in the order in which they count. */
const QUESTIONS = [
  ["f", "/file"],
  ["a", "/agents"],
  ["q", "/names"],
  ["s", "/settings"],
] as const;

/**
 * The route of a request. Any path may be the name of a counter, so that routes have paths of their
 * own, which no client can ask for.
 */
export function istatRouteOf({ method = "GET", url = "/" }: IncomingMessage): string {
  const { path, query } = splitUrl(url);
  return query === "" ? routeOf(method, path, query) : `${routeOf(method, path, query)}?${query}`;
}

export function splitUrl(url: string): { path: string; query: string } {
  const at = url.indexOf("?");
  return at < 0 ? { path: url, query: "" } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

function routeOf(method: string, path: string, query: string): string {
  if (path.startsWith("/_/")) return path;
  if (method === "OPTIONS") return "/preflight";
  if (method === "POST") {
    if (/^\/(\*|%2a)$/i.test(path)) return "/multi-get";
    return new URLSearchParams(query).has("s") ? "/settings" : "/no-target";
  }
  if (path.startsWith("/files/")) return "/file";
  if (query === "" && (path === "/" || path === "/favicon.ico")) return "/file";
  const params = new URLSearchParams(query);
  return QUESTIONS.find(([name]) => params.has(name))?.[1] ?? "/counter";
}
