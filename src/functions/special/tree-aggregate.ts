import { GraphiteError } from "../../model/errors.ts";
import { defineFunction } from "../define.ts";
import { integer, pathPattern, withDefault } from "../params.ts";

export const treeAggregate = defineFunction({
  name: "treeAggregate",
  group: "Special",
  origin: "statite",
  doc:
    "One series per node that the path matches, under the node's name: the exact merge of all samples " +
    "of the leaves at most so many levels below it, 0 for any number. A node needs no data of its own.",
  params: { pathPattern, levels: withDefault(integer, 1) },
  evaluate: ({ pathPattern: path, levels }, { tree }) => {
    if (levels < 0) throw new GraphiteError("ERR_ARGUMENT", "levels must not be negative");
    return tree(path, levels);
  },
});
