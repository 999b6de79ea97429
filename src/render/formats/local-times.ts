import { offsetAt } from "../../model/time-zone.ts";

const DAY = 86_400;
/** Clocks are changed at quarters of an hour, if at all. */
const QUARTER = 900;

/** Prints times as `2023-11-15 02:01:00` by the clocks of a zone; quick for times that ascend. */
export class LocalTimes {
  readonly #timeZone: string;
  /** The stretch of time over which the offset is known to be the same. */
  #from = 0;
  #until = 0;
  #offset = 0;
  #day = Number.NaN;
  #date = "";

  constructor(timeZone: string) {
    this.#timeZone = timeZone;
  }

  textOf(time: number): string {
    if (!(time >= this.#from && time < this.#until)) this.#findOffset(time);
    const local = Math.floor(time) + this.#offset;
    const day = Math.floor(local / DAY);
    if (day !== this.#day) {
      this.#day = day;
      this.#date = new Date(day * DAY * 1000).toISOString().slice(0, 10);
    }
    const seconds = local - day * DAY;
    const hour = twoDigits(Math.floor(seconds / 3600));
    return `${this.#date} ${hour}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
  }

  /** To ask for the offset costs as much as to print hundreds of times: mostly a day has one. */
  #findOffset(time: number): void {
    const day = Math.floor(time / DAY) * DAY;
    this.#offset = offsetAt(day, this.#timeZone);
    this.#from = day;
    this.#until = day + DAY;
    if (offsetAt(day + DAY, this.#timeZone) === this.#offset) return;
    this.#from = Math.floor(time / QUARTER) * QUARTER;
    this.#until = this.#from + QUARTER;
    this.#offset = offsetAt(this.#from, this.#timeZone);
  }
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, "0"));

function twoDigits(number: number): string {
  return TWO_DIGITS[number] ?? String(number);
}
