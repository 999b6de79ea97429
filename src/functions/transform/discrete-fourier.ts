/**
 * The discrete Fourier transform of complex values, in place: X[k] = Σ x[n] e^(-2πi kn/N), of any
 * number of values in the time of N log N.
 */
export function discreteFourier(re: Float64Array, im: Float64Array): void {
  const { length } = re;
  if (length < 2) return;
  if ((length & (length - 1)) === 0) transformPowerOfTwo(re, im);
  else transformByChirp(re, im);
}

/** Cooley and Tukey: bit reversal, then butterflies of growing size. */
function transformPowerOfTwo(re: Float64Array, im: Float64Array): void {
  const { length } = re;
  reverseBits(re, im);
  const cosines = new Float64Array(length / 2);
  const sines = new Float64Array(length / 2);
  for (let i = 0; i < length / 2; i++) {
    cosines[i] = Math.cos((2 * Math.PI * i) / length);
    sines[i] = -Math.sin((2 * Math.PI * i) / length);
  }
  for (let size = 2; size <= length; size *= 2) {
    const half = size / 2;
    const stride = length / size;
    for (let from = 0; from < length; from += size) {
      for (let i = 0; i < half; i++) {
        const cos = cosines[i * stride]!;
        const sin = sines[i * stride]!;
        const low = from + i;
        const high = low + half;
        const turnedRe = re[high]! * cos - im[high]! * sin;
        const turnedIm = re[high]! * sin + im[high]! * cos;
        re[high] = re[low]! - turnedRe;
        im[high] = im[low]! - turnedIm;
        re[low] = re[low]! + turnedRe;
        im[low] = im[low]! + turnedIm;
      }
    }
  }
}

function reverseBits(re: Float64Array, im: Float64Array): void {
  const { length } = re;
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const swapRe = re[i]!;
    const swapIm = im[i]!;
    re[i] = re[j]!;
    im[i] = im[j]!;
    re[j] = swapRe;
    im[j] = swapIm;
  }
}

/**
 * Bluestein: as kn = (k² + n² - (k-n)²) / 2, the transform is a convolution with the chirp
 * e^(πi n²/N), and that is a product of transforms whose length is a power of two.
 */
function transformByChirp(re: Float64Array, im: Float64Array): void {
  const { length } = re;
  let padded = 1;
  while (padded < 2 * length - 1) padded *= 2;
  const chirpRe = new Float64Array(padded);
  const chirpIm = new Float64Array(padded);
  const workRe = new Float64Array(padded);
  const workIm = new Float64Array(padded);
  const cosines = new Float64Array(length);
  const sines = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    // The remainder keeps the angle small, so that its cosine is exact.
    const angle = (Math.PI * ((i * i) % (2 * length))) / length;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    cosines[i] = cos;
    sines[i] = sin;
    workRe[i] = re[i]! * cos + im[i]! * sin;
    workIm[i] = im[i]! * cos - re[i]! * sin;
    chirpRe[i] = cos;
    chirpIm[i] = sin;
    if (i > 0) {
      chirpRe[padded - i] = cos;
      chirpIm[padded - i] = sin;
    }
  }
  transformPowerOfTwo(workRe, workIm);
  transformPowerOfTwo(chirpRe, chirpIm);
  for (let i = 0; i < padded; i++) {
    const productRe = workRe[i]! * chirpRe[i]! - workIm[i]! * chirpIm[i]!;
    workIm[i] = workRe[i]! * chirpIm[i]! + workIm[i]! * chirpRe[i]!;
    workRe[i] = productRe;
  }
  // With the parts exchanged, the transform runs backwards.
  transformPowerOfTwo(workIm, workRe);
  for (let i = 0; i < length; i++) {
    const valueRe = workRe[i]! / padded;
    const valueIm = workIm[i]! / padded;
    re[i] = valueRe * cosines[i]! + valueIm * sines[i]!;
    im[i] = valueIm * cosines[i]! - valueRe * sines[i]!;
  }
}
