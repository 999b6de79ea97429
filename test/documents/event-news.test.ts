import test from "ava";
import fc from "fast-check";
import { EventIndex, type EventTags } from "../../src/model/event-index.ts";
import { EventNews } from "../../src/model/event-news.ts";
import { EventCopy } from "../../src/query/event-copy.ts";
import { property } from "../property.ts";

const QUESTIONS = [
  { tags: null, from: 0, until: 9 },
  { tags: ["a"], from: 2, until: 5 },
  { tags: ["a", "b"], from: 0, until: 9 },
  { tags: ["a", "nosuch"], from: 0, until: 9 },
  { tags: ["nosuch"], from: 0, until: 9 },
];

/** What the questions are answered with when nothing but the definition is used. */
function plainAnswers(events: readonly EventTags[]): number[][] {
  const known = new Set(events.flatMap(({ tags }) => tags));
  return QUESTIONS.map(({ tags, from, until }) => {
    const wanted = tags?.filter((tag) => known.has(tag));
    return events
      .filter(({ when }) => when >= from && when <= until)
      .filter((event) =>
        wanted === undefined
          ? true
          : wanted.length > 0 && wanted.every((tag) => event.tags.includes(tag)),
      )
      .map(({ when }) => when)
      .sort((a, b) => a - b);
  });
}

const step = fc.record({
  what: fc.constantFrom("add", "add", "add", "remove", "ask first", "ask second"),
  id: fc.integer({ min: 1, max: 12 }),
  when: fc.integer({ min: 0, max: 9 }),
  tags: fc.subarray(["a", "b", "c"]),
});

test("threads that ask now and then know the same events as the one that keeps them", async (t) => {
  for (const steps of fc.sample(fc.array(step, { maxLength: 60 }), 200)) {
    const index = new EventIndex<EventTags>();
    const news = new EventNews(() => index.find(null, "known", -Infinity, Infinity));
    const newCopy = (): EventCopy => {
      const copy: EventCopy = new EventCopy((position) =>
        queueMicrotask(() => copy.apply(structuredClone(news.since(position)))),
      );
      return copy;
    };
    const copies = { "ask first": newCopy(), "ask second": newCopy() };
    const truth = new Map<number, EventTags>();
    for (const { what, id, when, tags } of steps) {
      if (what === "add") {
        const event = { id, when, tags };
        truth.set(id, event);
        index.add(event);
        news.push(event);
      } else if (what === "remove") {
        truth.delete(id);
        index.remove(id);
        news.push(id);
      } else {
        const answer = await copies[what as keyof typeof copies].answer(QUESTIONS);
        t.deepEqual(answer, plainAnswers([...truth.values()]), JSON.stringify(steps));
      }
    }
  }
});

test("however much changes, what is kept of it is bounded, and a thread begins anew", async (t) => {
  const index = new EventIndex<EventTags>();
  const news = new EventNews(() => index.find(null, "known", -Infinity, Infinity));
  const first = news.since(null);
  t.deepEqual([first.isReset, first.changes], [true, []]);
  for (let id = 1; id <= 5000; id++) {
    const event = { id, when: 1, tags: [] };
    index.add(event);
    news.push(event);
    if (id > 1) {
      index.remove(id - 1);
      news.push(id - 1);
    }
  }
  const next = news.since(first.position);
  t.true(next.isReset);
  t.deepEqual(next.changes, [{ id: 5000, when: 1, tags: [] }]);
  index.remove(5000);
  news.push(5000);
  const last = news.since(next.position);
  t.deepEqual([last.isReset, last.changes], [false, [5000]]);
});

test("events are found by any tag, by all of them, and by all that are known", (t) => {
  const events = fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: 20 }),
      when: fc.integer({ min: 0, max: 9 }),
      tags: fc.subarray(["a", "b", "c"]),
    }),
  );
  property(t, [events, fc.subarray(["a", "b", "x"])], (list, tags) => {
    const index = new EventIndex<EventTags>();
    for (const event of list) index.add(event);
    const all = index.find(null, "known", 0, 9);
    const ids = (found: readonly EventTags[]): string => found.map(({ id }) => id).join();
    const any = all.filter((event) => tags.some((tag) => event.tags.includes(tag)));
    const every = all.filter((event) => tags.every((tag) => event.tags.includes(tag)));
    return (
      all.every((event, i) => i === 0 || all[i - 1]!.when <= event.when) &&
      all.length === new Set(list.map(({ id }) => id)).size &&
      ids(index.find(tags, "any", 0, 9)) === ids(any) &&
      ids(index.find(tags, "all", 0, 9)) === (tags.length === 0 ? "" : ids(every))
    );
  });
});
