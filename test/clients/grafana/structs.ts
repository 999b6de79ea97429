import type { Shape } from "./go-json.ts";

/** What Grafana's server half reads an answer of /render into; values may be null. */
export const SERIES: Shape = {
  list: {
    struct: {
      target: "string",
      datapoints: { list: { tuple: ["float64", "float64"] } },
      tags: { map: "any" },
    },
  },
};

export const METRICS: Shape = {
  list: {
    struct: {
      text: "string",
      id: "string",
      allowChildren: "int",
      expandable: "int",
      leaf: "int",
    },
  },
};

export const EXPANDED: Shape = { struct: { results: { list: "string" } } };

export const TEXTS: Shape = { list: "string" };

export const EVENTS: Shape = {
  list: {
    struct: {
      when: "int",
      what: "string",
      data: "string",
      tags: { list: "string" },
      id: "int",
    },
  },
};

/** What the query editor takes of /functions. */
export const FUNCTIONS: Shape = {
  map: {
    struct: {
      name: "string",
      function: "string",
      description: "string",
      module: "string",
      group: "string",
      params: {
        list: {
          struct: {
            name: "string",
            type: "string",
            required: "bool",
            multiple: "bool",
            options: { list: "any" },
            suggestions: { list: "any" },
            default: "any",
          },
        },
      },
    },
  },
};
