import type { FastifyReply } from "fastify";
import { isoTime } from "../../model/time-text.ts";
import type { KnownEvent } from "./doors.ts";

/** A plain page with events, for people; what is in them is shown as text. */
export function sendEventPage(
  reply: FastifyReply,
  title: string,
  events: readonly KnownEvent[],
): FastifyReply {
  const rows = events.map(({ id, when, what, data, tags }) => {
    const cells = [String(id), isoTime(when), what, tags.join(" "), data];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`;
  });
  const headings = ["id", "when", "what", "tags", "data"].map((text) => `<th>${text}</th>`);
  return reply
    .type("text/html; charset=utf-8")
    .header("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>` +
        `<body><h1>${escapeHtml(title)}</h1><table border="1"><thead><tr>${headings.join("")}</tr></thead>` +
        `<tbody>${rows.join("\n")}</tbody></table></body></html>\n`,
    );
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}
