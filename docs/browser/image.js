// Gray images: {width, height, pixels: Uint8Array}. As OpenCV and the package's core make them.

/** Round to the nearest whole number, halves to the even one, as Python and OpenCV do. */
export function roundEven(value) {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/** Gray image of canvas ImageData, by OpenCV's fixed-point weights. */
export function toGray({ width, height, data }) {
  const pixels = new Uint8Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = (9798 * data[4 * i] + 19235 * data[4 * i + 1] + 3735 * data[4 * i + 2] + 16384) >> 15;
  }
  return { width, height, pixels };
}

/** Which source pixels, and how much of each, make each of `count` target pixels: [[at, weight]]. */
function areaWeights(length, count) {
  const scale = length / count;
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [i * scale, i * scale + scale];
    const cell = Math.min(scale, length - from);
    const last = Math.min(Math.floor(to), length - 1);
    const first = Math.min(Math.ceil(from), last);
    const taps = [];
    if (first - from > 1e-3) taps.push([first - 1, (first - from) / cell]);
    for (let at = first; at < last; at++) taps.push([at, 1 / cell]);
    if (to - last > 1e-3) taps.push([last, Math.min(to - last, 1, cell) / cell]);
    return taps;
  });
}

/** Shrink by averaging areas, as cv2.INTER_AREA does. */
export function shrink(gray, width, height) {
  const across = areaWeights(gray.width, width);
  const down = areaWeights(gray.height, height);
  const halved = gray.width === 2 * width && gray.height === 2 * height;
  const pixels = new Uint8Array(width * height);
  const row = new Float64Array(gray.width);
  down.forEach((taps, y) => {
    row.fill(0);
    for (const [at, weight] of taps) {
      const start = at * gray.width;
      for (let x = 0; x < gray.width; x++) row[x] += weight * gray.pixels[start + x];
    }
    across.forEach((columns, x) => {
      let sum = 0;
      for (const [at, weight] of columns) sum += weight * row[at];
      // A whole half has rounding of its own in OpenCV.
      pixels[y * width + x] = halved ? Math.floor(sum + 0.5) : roundEven(Math.fround(sum));
    });
  });
  return { width, height, pixels };
}

/** Sums over a window of rows or columns, clipped at the ends: [sum, count] for each position. */
function* slidingSums(values, radius) {
  let [sum, first, next] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    for (; next <= Math.min(i + radius, values.length - 1); next++) sum += values[next];
    for (; first < i - radius; first++) sum -= values[first];
    yield [sum, next - first];
  }
}

/** Each pixel less the mean of its box, over the box's deviation: (H, W) Float32Array. */
export function localContrast({ width, height, pixels }, radius = 16, epsilon = 4) {
  const contrast = new Float32Array(width * height);
  const [values, squares] = [new Float64Array(width), new Float64Array(width)];
  const change = (y, sign) => {
    for (let x = 0; x < width; x++) {
      const pixel = pixels[y * width + x];
      values[x] += sign * pixel;
      squares[x] += sign * pixel * pixel;
    }
  };
  let [first, next] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (; next <= Math.min(y + radius, height - 1); next++) change(next, 1);
    for (; first < y - radius; first++) change(first, -1);
    const ofSquares = slidingSums(squares, radius);
    let x = 0;
    for (const [sum, columns] of slidingSums(values, radius)) {
      const [square] = ofSquares.next().value;
      const n = columns * (next - first);
      const variance = n * square - sum * sum + n * n * epsilon * epsilon;
      contrast[y * width + x] = (n * pixels[y * width + x] - sum) / Math.sqrt(variance);
      x += 1;
    }
  }
  return contrast;
}

/** Whether the window around a pixel holds more than one gray level. */
export function textured({ width, height, pixels }, x, y, radius) {
  const value = pixels[y * width + x];
  for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
    for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
      if (pixels[v * width + u] !== value) return true;
    }
  }
  return false;
}

/** Mean of the squared differences between pixels dx and dy apart. */
function meanContrast({ width, height, pixels }, dx, dy) {
  let sum = 0;
  for (let y = 0; y < height - dy; y++) {
    for (let at = y * width; at < (y + 1) * width - dx; at++) {
      sum += (pixels[at] - pixels[at + dy * width + dx]) ** 2;
    }
  }
  return sum / ((width - dx) * (height - dy));
}

/** From 0, as sharp as a photograph is, to 1, blurred or enlarged; see sharpness.py. */
export function lackOfDetail(gray, { begins, whole, rounding }) {
  if (Math.min(gray.width, gray.height) < 3) return 0;
  const near = meanContrast(gray, 1, 0) + meanContrast(gray, 0, 1);
  const far = meanContrast(gray, 2, 0) + meanContrast(gray, 0, 2);
  const ratio = 0.5 * Math.log2((near + rounding) / (far + rounding));
  return Math.min(1, Math.max(0, (begins - ratio) / (begins - whole)));
}
