import { formatFloat } from "../model/python-number.ts";

/** What an aggregate function made of a series, as Python prints it: only counts are integers. */
export function aggregateText(value: number, func: string): string {
  if (Number.isNaN(value)) return "None";
  return func === "count" ? String(value) : formatFloat(value);
}
