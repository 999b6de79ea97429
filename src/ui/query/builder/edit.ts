import type { FunctionDocs } from "../language/functions.ts";
import { firstArguments } from "./fields.ts";
import type { Argument, Pipeline, Source, Step } from "./pipeline.ts";

/** Moves a step to another place among the steps; the others close up. */
export function moveStep(pipeline: Pipeline, from: number, to: number): Pipeline {
  const steps = [...pipeline.steps];
  const [step] = steps.splice(from, 1);
  if (step === undefined) return pipeline;
  steps.splice(Math.max(0, Math.min(to, steps.length)), 0, step);
  return { ...pipeline, steps };
}

export function removeStep(pipeline: Pipeline, at: number): Pipeline {
  return { ...pipeline, steps: pipeline.steps.filter((_, i) => i !== at) };
}

/** Adds a function behind the others, with something for each argument that it needs. */
export function addStep(pipeline: Pipeline, name: string, docs: FunctionDocs): Pipeline {
  const doc = docs.get(name);
  const args = doc === undefined ? [] : firstArguments(doc, 1);
  const isPiped = pipeline.steps.length > 0 && pipeline.steps.every((step) => step.isPiped);
  return { ...pipeline, steps: [...pipeline.steps, { name, isPiped, args }] };
}

export function setStepArguments(pipeline: Pipeline, at: number, args: Argument[]): Pipeline {
  const steps = pipeline.steps.map((step: Step, i) => (i === at ? { ...step, args } : step));
  return { ...pipeline, steps };
}

export function setSource(pipeline: Pipeline, source: Source): Pipeline {
  return { ...pipeline, source };
}
