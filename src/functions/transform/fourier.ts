import { GraphiteError } from "../../model/errors.ts";
import { renamed, type TimeSeries } from "../../model/time-series.ts";
import { valueAt } from "../../model/values.ts";
import { checkDatapoints } from "../checks.ts";
import { defineFunction } from "../define.ts";
import { optional, seriesList, string, suggesting, withDefault } from "../params.ts";
import { discreteFourier } from "./discrete-fourier.ts";

/** Of one series; the transform needs some twenty times their memory. */
const MAX_POINTS = 1 << 20;

const MODES = new Map<string, readonly ("abs" | "phase")[]>([
  ["abs", ["abs"]],
  ["phase", ["phase"]],
  ["both", ["abs", "phase"]],
  ["all", ["abs", "phase"]],
  ["", ["abs", "phase"]],
]);

export const fft = defineFunction({
  name: "fft",
  group: "Transform",
  origin: "carbonapi",
  doc:
    "The discrete Fourier transform of the datapoints, where gaps are 0: magnitudes (abs), " +
    "angles (phase), or both.",
  params: {
    seriesList,
    mode: withDefault(suggesting(string, "abs", "phase", "both"), "both"),
  },
  evaluate: ({ seriesList: list, mode }, { maxDatapoints }) => {
    const parts = MODES.get(mode);
    if (parts === undefined) {
      throw new GraphiteError("ERR_ARGUMENT", `mode must be abs, phase or both, not ${mode}`);
    }
    const datapoints = list.reduce((sum, { values }) => sum + values.length, 0);
    checkDatapoints(datapoints * parts.length, maxDatapoints, "ask for a shorter range");
    return list.flatMap((series) => {
      const { re, im } = spectrumOf(series.values);
      return parts.map((part) => {
        const values = new Float64Array(re.length);
        const of = part === "abs" ? Math.hypot : Math.atan2;
        for (let i = 0; i < values.length; i++) values[i] = of(im[i]!, re[i]!);
        return renamed(series, `fft(${series.name},${part})`, { values });
      });
    });
  },
});

export const ifft = defineFunction({
  name: "ifft",
  group: "Transform",
  origin: "carbonapi",
  doc: "The series whose Fourier transform has these magnitudes and angles, without its signs.",
  params: { absSeries: seriesList, phaseSeries: optional(seriesList) },
  evaluate: ({ absSeries, phaseSeries }) => {
    if (phaseSeries !== undefined && phaseSeries.length !== absSeries.length) {
      const message = `absSeries has ${absSeries.length} series and phaseSeries ${phaseSeries.length}: they must have as many`;
      throw new GraphiteError("ERR_ARGUMENT", message);
    }
    return absSeries.map((abs, i) => {
      const phase = phaseSeries?.[i];
      const name = phase === undefined ? abs.name : `${abs.name},${phase.name}`;
      return renamed(abs, `ifft(${name})`, { values: magnitudesOf(abs, phase) });
    });
  },
});

/** The second half mirrors the first one, as it must for real values, without rounding errors. */
function spectrumOf(values: Float64Array): { re: Float64Array; im: Float64Array } {
  checkDatapoints(values.length, MAX_POINTS, "fft takes at most 1048576 of a series");
  const re = values.map((value) => (Number.isFinite(value) ? value : 0));
  const im = new Float64Array(values.length);
  discreteFourier(re, im);
  const { length } = values;
  if (length > 0) im[0] = 0;
  for (let i = 1; i <= length / 2; i++) {
    if (i === length - i) im[i] = 0;
    re[length - i] = re[i]!;
    im[length - i] = i === length - i ? 0 : -im[i]!;
  }
  return { re, im };
}

function magnitudesOf(abs: TimeSeries, phase: TimeSeries | undefined): Float64Array {
  const { length } = abs.values;
  checkDatapoints(length, MAX_POINTS, "ifft takes at most 1048576 of a series");
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const magnitude = known(abs.values[i]!);
    const angle = phase === undefined ? 0 : known(valueAt(phase.values, i));
    re[i] = magnitude * Math.cos(angle);
    im[i] = magnitude * Math.sin(angle);
  }
  // With the parts exchanged, the transform runs backwards.
  discreteFourier(im, re);
  for (let i = 0; i < length; i++) re[i] = Math.hypot(re[i]!, im[i]!) / length;
  return re;
}

function known(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
