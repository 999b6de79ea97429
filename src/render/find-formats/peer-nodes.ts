import { MsgpackWriter } from "../formats/msgpack.ts";
import type { RecordWriter } from "../formats/peer-series.ts";
import { PickleWriter } from "../formats/pickle.ts";
import type { FoundNode } from "../series-source.ts";
import { type FindFormat, type FindQuery, intervalOf } from "./find-format.ts";

/** Names as graphite-web's cluster peers exchange them. */
export const pickle = peerFormat("application/pickle", () => new PickleWriter());
export const msgpack = peerFormat("application/x-msgpack", () => new MsgpackWriter());

function peerFormat(
  contentType: string,
  open: () => RecordWriter & { finish(): Uint8Array },
): FindFormat {
  return {
    contentType,
    isJson: false,
    completes: false,
    write: (nodes, query) => {
      const out = open();
      writeNodes(nodes, query, out);
      return out.finish();
    },
  };
}

/**
 * `path` and `is_leaf` are what Graphite reads since 1.1, `metric_path` and `isLeaf` what earlier ones
 * do; carbonapi reads `path` and `isLeaf`.
 */
function writeNodes(nodes: readonly FoundNode[], query: FindQuery, out: RecordWriter): void {
  out.beginList(nodes.length);
  for (const node of nodes) {
    out.beginMap(node.isLeaf ? 5 : 4);
    out.key("path");
    out.string(node.path);
    out.key("metric_path");
    out.string(node.path);
    out.key("is_leaf");
    out.boolean(node.isLeaf);
    out.key("isLeaf");
    out.boolean(node.isLeaf);
    if (node.isLeaf) {
      out.key("intervals");
      out.beginList(1);
      out.floats(Float64Array.from(intervalOf(node, query)));
      out.endList(1);
    }
    out.endMap();
  }
  out.endList(nodes.length);
}
