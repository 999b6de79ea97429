import { createHash } from "node:crypto";
import type { OpenAPIV3 } from "openapi-types";

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { border-bottom: 1px solid; margin-top: 2.5rem; }
h3 { margin-bottom: 0; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; }
td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
.role { font-size: .8rem; opacity: .7; }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; background: #111; color: #ddd; } }
`;

/** The page runs nothing and loads nothing, and is no part of another page. */
export const API_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

type Operation = OpenAPIV3.OperationObject & { "x-role"?: string };

/** /openapi.json as a page to read: complete, without script and without anything from elsewhere. */
export function apiPage(document: OpenAPIV3.Document): string {
  const chapters = new Map<string, string[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [operation, methods] of operationsOf(item)) {
      const chapter = operation.tags?.[0] ?? "Other";
      const list = chapters.get(chapter) ?? [];
      list.push(section(path, methods, operation));
      chapters.set(chapter, list);
    }
  }
  const names = [...chapters.keys()].sort();
  const links = names.map((name) => `<a href="#${name}">${name}</a>`).join(" · ");
  const body = names.map(
    (name) => `<h2 id="${name}">${name}</h2>\n${chapters.get(name)!.join("\n")}`,
  );
  const { title, description = "", version } = document.info;
  const paragraphs = description.split("\n\n").map((text) => `<p>${escaped(text)}</p>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}: HTTP API</title><style>${STYLE}</style></head><body>
<h1>${escaped(title)} ${escaped(version)}: HTTP API</h1>
${paragraphs.join("\n")}
<p>As a document for programs: <a href="openapi.json">openapi.json</a></p>
<p>${links}</p>
${body.join("\n")}
</body></html>
`;
}

/** Operations of a path; methods that do the same are one. */
function operationsOf(item: OpenAPIV3.PathItemObject | undefined): [Operation, string[]][] {
  const found: [Operation, string[]][] = [];
  for (const method of ["get", "post", "put", "patch", "delete"] as const) {
    const operation = item?.[method] as Operation | undefined;
    if (operation === undefined) continue;
    const same = found.find(([{ summary }]) => summary === operation.summary);
    if (same === undefined) found.push([operation, [method.toUpperCase()]]);
    else same[1].push(method.toUpperCase());
  }
  return found;
}

function section(path: string, methods: readonly string[], operation: Operation): string {
  const { summary = "", description } = operation;
  const parameters = (operation.parameters ?? []) as OpenAPIV3.ParameterObject[];
  const rows = parameters.map(({ name, description: what = "", schema }) => {
    const {
      type,
      enum: values,
      items,
    } = (schema ?? {}) as OpenAPIV3.SchemaObject & {
      items?: { type?: string };
    };
    const kind = type === "array" ? `${items?.type ?? ""}, repeatable` : String(type ?? "");
    const allowed = values === undefined ? "" : `: ${values.join(", ")}`;
    return `<tr><td><code>${escaped(name)}</code></td><td>${escaped(kind)}</td><td>${escaped(what + allowed)}</td></tr>`;
  });
  const answers = Object.entries(operation.responses).map(
    ([status, answer]) => `${status}: ${(answer as OpenAPIV3.ResponseObject).description}`,
  );
  return `<h3><code>${methods.join(", ")} ${escaped(path)}</code> <span class="role">${escaped(operation["x-role"] ?? "")}</span></h3>
<p>${escaped(summary)}.${description === undefined ? "" : ` ${escaped(description)}`}</p>
${rows.length === 0 ? "" : `<table>\n${rows.join("\n")}\n</table>`}
<p>${escaped(answers.join("; "))}</p>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
