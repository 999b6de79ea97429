import test from "ava";
import fc from "fast-check";
import { GroupCache } from "../../src/storage/statfile/group-cache.ts";
import { property } from "../property.ts";

test("what is kept stays within its bytes, and is what was put there last", (t) => {
  const groups = fc.array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 60 })), { maxLength: 60 });
  property(t, [groups], (drawn) => {
    const cache = new GroupCache(100);
    const put = new Map<number, Uint8Array>();
    return drawn.every(([key, size]) => {
      const kept = cache.get(key);
      if (kept !== undefined) return kept === put.get(key);
      const group = new Uint8Array(size);
      put.set(key, group);
      cache.set(key, group);
      return cache.bytes <= 100 && cache.get(key) === group;
    });
  });
});

test("the group that was not used for longest goes first", (t) => {
  const cache = new GroupCache(30);
  for (const key of [1, 2, 3]) cache.set(key, new Uint8Array(10));
  cache.get(1);
  cache.set(4, new Uint8Array(10));
  t.deepEqual(
    [1, 2, 3, 4].map((key) => cache.get(key) !== undefined),
    [true, false, true, true],
  );
});

test("a group that is larger than the cache is not kept", (t) => {
  const cache = new GroupCache(30);
  cache.set(1, new Uint8Array(31));
  t.is(cache.get(1), undefined);
  t.is(cache.bytes, 0);
});

test("files have keys of their own", (t) => {
  const cache = new GroupCache(30);
  t.not(cache.newKeys(), cache.newKeys());
});
