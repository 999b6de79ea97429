import { signal } from "@preact/signals";
import { askFunctions } from "../api/functions.ts";
import { type FunctionDocs, readFunctionDocs } from "./language/functions.ts";

/** The functions that the server knows; none until they are here. */
export const functionDocs = signal<FunctionDocs>(new Map());

let isAsked = false;

/** Asks for the functions, once; again at the next call where that has failed. */
export async function loadFunctionDocs(): Promise<void> {
  if (isAsked) return;
  isAsked = true;
  try {
    functionDocs.value = readFunctionDocs(await askFunctions());
  } catch {
    // Without them there is less help, and every target can still be typed and asked for.
    isAsked = false;
  }
}
