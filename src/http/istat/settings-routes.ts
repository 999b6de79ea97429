import type { FastifyInstance } from "fastify";
import { GraphiteError } from "../../model/errors.ts";
import { IstatPattern } from "../../model/istat-pattern.ts";
import { Params } from "../params.ts";
import { sendBody } from "../send-body.ts";
import { jsonBody } from "./json-body.ts";

/** Containers of texts by key. */
export interface SettingsDoor {
  has(container: string): boolean;
  /** Sorted by key; empty when there is no such container. */
  entries(container: string): [key: string, value: string][];
  /** All of it holds or nothing; an empty value removes its key. Rejects with a GraphiteError. */
  set(container: string, values: readonly (readonly [string, string])[]): Promise<void>;
}

/** Its values hold hashes of passwords, which nobody needs to see. */
const USERS = "users";
const MAX_NAME = 200;
const MAX_KEY = 1000;
/** istatd leaves keys with any of these out, without a word. */
const UNKEEPABLE = /[ \r\n\t\b\\/:;*?"'%()[\]{}~$^#=+-]/;

/** `/?s=NAME`: what istatd's pages keep on the server, users and dashboards. */
export function settingsRoutes(app: FastifyInstance, settings: () => SettingsDoor): void {
  const read = {
    config: { role: "read" },
    schema: { summary: "Settings of a container" },
  } as const;
  app.get("/settings", read, async (request, reply) => {
    const params = new Params(request);
    const name = containerOf(params);
    const pattern = new IstatPattern((params.one("sk") ?? "*").slice(0, MAX_KEY));
    const door = settings();
    // Without any user, too, a page must see that there could be some.
    if (!door.has(name) && name !== USERS) {
      throw new GraphiteError("ERR_NOT_FOUND", "no such settings");
    }
    const found = door.entries(name).filter(([key]) => pattern.matches(key));
    const isNothing = found.length === 0 && name !== USERS;
    const shown = found.map(([key, value]) => [
      key,
      name === USERS ? withoutPassword(value) : value,
    ]);
    const text = isNothing ? "null\n" : `${JSON.stringify(Object.fromEntries(shown))}\n`;
    return sendBody(
      Buffer.from(text),
      request,
      reply.code(isNothing ? 404 : 200).type("application/json"),
    );
  });

  const write = { config: { role: "write" }, schema: { summary: "Sets settings" } } as const;
  app.post("/settings", write, async (request, reply) => {
    const name = containerOf(new Params(request));
    const values = Object.entries(jsonBody(request, "JSON settings must be key/value object"));
    const texts = values.map(([key, value]) => [key, textOf(key, value)] as const);
    await settings().set(
      name,
      texts.filter(([key]) => key.length <= MAX_KEY && !UNKEEPABLE.test(key)),
    );
    return reply.type("application/json").send('{"success":true}');
  });
}

/** @throws GraphiteError ERR_PARAMETER */
function containerOf(params: Params): string {
  const name = params.one("s") ?? "";
  if (name.length <= MAX_NAME && /^[\w.-]*$/.test(name)) return name;
  throw new GraphiteError("ERR_PARAMETER", "invalid settings name");
}

function textOf(key: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const shown = key.slice(0, 100);
  const message = `JSON setting values cannot be compound (found ${shown})`;
  throw new GraphiteError("ERR_PARAMETER", message);
}

function withoutPassword(value: string): string {
  try {
    const user: unknown = JSON.parse(value);
    if (typeof user !== "object" || user === null) return "{}";
    const { password: _password, ...others } = user as Record<string, unknown>;
    return JSON.stringify(others);
  } catch {
    return "{}";
  }
}
