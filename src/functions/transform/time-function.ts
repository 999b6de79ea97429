import { defineFunction } from "../define.ts";
import { madeSeries } from "../made-series.ts";
import { integer, integerOrFraction, string, withDefault } from "../params.ts";

export const time = defineFunction({
  name: "time",
  aliases: ["timeFunction"],
  group: "Transform",
  doc: "The time itself, seconds since the epoch, every `step` seconds.",
  params: { name: string, step: withDefault(integer, 60) },
  evaluate: ({ name, step }, context) => [madeSeries(name, step, context, (now) => now)],
});

export const sin = defineFunction({
  name: "sin",
  aliases: ["sinFunction"],
  group: "Transform",
  doc: "The sine of the time in seconds, times the amplitude, every `step` seconds.",
  params: {
    name: string,
    amplitude: withDefault(integerOrFraction, 1),
    step: withDefault(integer, 60),
  },
  evaluate: ({ name, amplitude, step }, context) => [
    madeSeries(name, step, context, (now) => Math.sin(now) * amplitude),
  ],
});

export const identity = defineFunction({
  name: "identity",
  group: "Calculate",
  doc: "The time itself, seconds since the epoch, once a minute.",
  params: { name: string },
  evaluate: ({ name }, context) => [
    { ...madeSeries(name, 60, context, (now) => now), pathExpression: `identity("${name}")` },
  ],
});
