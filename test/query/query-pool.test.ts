import test from "ava";
import { queryThreadCount } from "../../src/query/query-pool.ts";
import { ReaderEpochs, reserveStoreMemory } from "../../src/storage/store-memory.ts";

test("there is one query thread less than processors, but at least two", (t) => {
  t.deepEqual([1, 2, 3, 8].map(queryThreadCount), [2, 2, 2, 7]);
});

test("every query thread has a place among the readers, however many processors there are", (t) => {
  const epochs = new ReaderEpochs(reserveStoreMemory(10, 16).epochs);
  for (const processors of [65, 66, 128, 1024]) {
    const last = queryThreadCount(processors) - 1;
    epochs.pin(last);
    const epoch = epochs.advance();
    t.false(epochs.isFree(epoch), `${processors}`);
    epochs.unpin(last);
    t.true(epochs.isFree(epoch));
  }
});
