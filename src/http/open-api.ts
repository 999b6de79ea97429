import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifySchema } from "fastify";
import type { OpenAPIV3, OpenAPIV3_1 } from "openapi-types";
import { describe } from "./frame/describe.ts";
import { sendBody } from "./send-body.ts";

const FORM = "application/x-www-form-urlencoded";

const INTRODUCTION = `Graphite's HTTP API, with what carbonapi and Grafana add to it.

Parameters of a GET may also be sent as a form by POST, in parts or as a whole. An error is
\`{"error","code","message"}\`; the codes are explained in docs/errors.md.`;

/** /openapi.json: every route, as its schema describes it. To be called before the routes are made. */
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
      schema: { ...schema, ...securityOf(route.config?.role) },
    }),
    transformObject: (document) =>
      "openapiObject" in document ? withForms(document.openapiObject) : document.swaggerObject,
  });
  let body: Buffer | null = null;
  app.get(
    "/openapi.json",
    {
      config: { role: "open" },
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

function securityOf(role: string | undefined): FastifySchema {
  return role === undefined || role === "open" ? {} : { security: [{ basic: [] }, { bearer: [] }] };
}
