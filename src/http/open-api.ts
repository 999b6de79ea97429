import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import type { OpenAPIV3, OpenAPIV3_1 } from "openapi-types";
import { API_PAGE_POLICY, apiPage } from "./api-page.ts";
import { describe } from "./frame/describe.ts";
import { sendBody } from "./send-body.ts";

const FORM = "application/x-www-form-urlencoded";

const INTRODUCTION = `Graphite's HTTP API, with what carbonapi and Grafana add to it.

Parameters of a GET may also be sent as a form by POST, in parts or as a whole. An error is
\`{"error","code","message"}\`; the codes are explained in docs/errors.md.`;

/** /openapi.json and /openapi: every route, as its schema describes it. To be called before the routes are made. */
export async function openApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.0.3",
      info: { title: "statite", version, description: INTRODUCTION },
      servers: [{ url: app.pathTo("") || "/" }],
      components: {
        securitySchemes: {
          basic: { type: "http", scheme: "basic" },
          bearer: { type: "http", scheme: "bearer" },
        },
      },
    },
    hideUntagged: true,
    transform: ({ schema, url, route }) => ({
      url,
      schema: { ...schema, ...accessOf(route.config?.role) },
    }),
    transformObject: (document) =>
      "openapiObject" in document
        ? withForms(withPathParameters(document.openapiObject))
        : document.swaggerObject,
  });
  const config = { role: "open" } as const;
  let body: Buffer | null = null;
  app.get(
    "/openapi.json",
    {
      config,
      schema: describe({
        summary: "This document",
        chapter: "Server",
        answers: { 200: { description: "OpenAPI 3.0", type: "object" } },
      }),
    },
    async (request, reply) => {
      body ??= Buffer.from(JSON.stringify(app.swagger()));
      return sendBody(body, request, reply.type("application/json"));
    },
  );
  let page: Buffer | null = null;
  const schema = describe({
    summary: "This document as a page to read",
    chapter: "Server",
    answers: { 200: { description: "HTML", type: "string" } },
  });
  app.get("/openapi", { config, schema }, async (request, reply) => {
    page ??= Buffer.from(apiPage(app.swagger() as OpenAPIV3.Document));
    reply.type("text/html; charset=utf-8").header("content-security-policy", API_PAGE_POLICY);
    return sendBody(page, request, reply);
  });
}

type Document = Partial<OpenAPIV3.Document | OpenAPIV3_1.Document>;

/** What a GET takes in its URL, a POST takes in a form as well. OPTIONS is no operation of its own. */
function withForms(document: Document): Document {
  for (const operations of Object.values(document.paths ?? {}) as OpenAPIV3.PathItemObject[]) {
    delete operations.options;
    const { post } = operations;
    if (post === undefined || post.requestBody !== undefined) continue;
    const parameters = (post.parameters ?? []) as OpenAPIV3.ParameterObject[];
    const properties = Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === "query")
        .map(({ name, description, schema }) => [name, { description, ...schema }]),
    ) as Record<string, OpenAPIV3.SchemaObject>;
    if (Object.keys(properties).length === 0) continue;
    post.requestBody = { content: { [FORM]: { schema: { type: "object", properties } } } };
  }
  return document;
}

/**
 * Every path has the parameters that are in it and no others: routes may share a schema, and `*`, a
 * path's rest in our router, is nothing in OpenAPI.
 */
function withPathParameters(document: Document): Document {
  const items = Object.entries(document.paths ?? {}).map(([written, item]) => {
    const path = written.replace("{*}", "{rest}");
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!);
    for (const operation of Object.values(item as object) as OpenAPIV3.OperationObject[]) {
      const parameters = (operation.parameters ?? []) as OpenAPIV3.ParameterObject[];
      const kept = parameters.filter((one) => one.in !== "path" || names.includes(one.name));
      const missing = names
        .filter((name) => !kept.some((one) => one.in === "path" && one.name === name))
        .map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }) as const);
      operation.parameters = [...kept, ...missing];
    }
    return [path, item];
  });
  return { ...document, paths: Object.fromEntries(items) as OpenAPIV3.PathsObject } as Document;
}

function accessOf(role: string | undefined): object {
  if (role === undefined || role === "open") return { "x-role": "open" };
  return { "x-role": role, security: [{ basic: [] }, { bearer: [] }] };
}
