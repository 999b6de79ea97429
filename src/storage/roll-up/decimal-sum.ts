/** Decimals that are tried; what has more is added up as a plain double. */
const MAX_EXPONENT = 7;
const POWERS = Float64Array.from({ length: MAX_EXPONENT + 1 }, (_, e) => Number(`1e${e}`));
const MAX_INTEGER = Number.MAX_SAFE_INTEGER;
const NOT_DECIMAL = -1;

/**
 * Sums of many buckets at once. Where all values of a bucket are short decimals its sum is the
 * exact decimal one (0.1 + 0.2 is 0.3), as long as it fits in 53 bits; else the values are added up
 * in the order given with what rounding loses carried along. So a sum does not depend on how
 * its values were cut into pieces.
 */
export class DecimalSums {
  /** Sum in units of 10^-exponent. */
  readonly #integers: Float64Array;
  readonly #exponents: Int8Array;
  readonly #plain: Float64Array;
  readonly #carry: Float64Array;
  /** The exponent that fitted last: neighbours mostly have the same. */
  #hint = 0;

  constructor(buckets: number) {
    this.#integers = new Float64Array(buckets);
    this.#exponents = new Int8Array(buckets);
    this.#plain = new Float64Array(buckets);
    this.#carry = new Float64Array(buckets);
  }

  clear(buckets: number): void {
    this.#integers.fill(0, 0, buckets);
    this.#exponents.fill(0, 0, buckets);
    this.#plain.fill(0, 0, buckets);
    this.#carry.fill(0, 0, buckets);
  }

  add(bucket: number, value: number): void {
    const before = this.#plain[bucket]!;
    const sum = before + value;
    this.#plain[bucket] = sum;
    const lost = Math.abs(before) >= Math.abs(value) ? before - sum + value : value - sum + before;
    this.#carry[bucket] = this.#carry[bucket]! + lost;
    const exponent = this.#exponents[bucket]!;
    if (exponent === NOT_DECIMAL) return;
    const own = this.#exponentOf(value);
    if (own === NOT_DECIMAL) {
      this.#exponents[bucket] = NOT_DECIMAL;
      return;
    }
    const common = Math.max(exponent, own);
    const integer =
      this.#integers[bucket]! * POWERS[common - exponent]! +
      Math.round(value * POWERS[own]!) * POWERS[common - own]!;
    this.#exponents[bucket] = Math.abs(integer) <= MAX_INTEGER ? common : NOT_DECIMAL;
    this.#integers[bucket] = integer;
  }

  get(bucket: number): number {
    const exponent = this.#exponents[bucket]!;
    if (exponent !== NOT_DECIMAL) return this.#integers[bucket]! / POWERS[exponent]!;
    const sum = this.#plain[bucket]!;
    // Infinities lose nothing that could be carried.
    return Number.isFinite(sum) ? sum + this.#carry[bucket]! : sum;
  }

  /** The least exponent at which a value is a decimal integer. */
  #exponentOf(value: number): number {
    if (!(Math.abs(value) < MAX_INTEGER)) return NOT_DECIMAL;
    const hint = this.#hint;
    if (isDecimal(value, hint) && (hint === 0 || !isDecimal(value, hint - 1))) return hint;
    for (let exponent = 0; exponent <= MAX_EXPONENT; exponent++) {
      if (isDecimal(value, exponent)) {
        this.#hint = exponent;
        return exponent;
      }
    }
    return NOT_DECIMAL;
  }
}

function isDecimal(value: number, exponent: number): boolean {
  const power = POWERS[exponent]!;
  const scaled = Math.round(value * power);
  return Math.abs(scaled) <= MAX_INTEGER && scaled / power === value;
}
