// Rings and patches around keypoints, from an image pyramid, as the package's core samples them.
const MAX_LEVELS = 6;
const MIN_SIDE = 8;
const NOISE = 2;
const RINGS = 12;
const RING_SAMPLES = 32;
const PATCH_SIDE = 24;
const SPACINGS = [0.25, 0.75];

export const RING_VALUES = RINGS * RING_SAMPLES;
export const PATCH_VALUES = SPACINGS.length * PATCH_SIDE * PATCH_SIDE;

/** Halve by the kernel [1 3 3 1] / 8 along both axes, borders repeated. */
function halve({ width, height, pixels }) {
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  half.pixels = new Float32Array(half.width * half.height);
  const sums = new Float32Array(width);
  const taps = (k, length) =>
    [2 * k - 1, 2 * k, 2 * k + 1, 2 * k + 2].map((at) => Math.min(length - 1, Math.max(0, at)));
  for (let y = 0; y < half.height; y++) {
    const [a, b, c, d] = taps(y, height).map((row) => row * width);
    for (let x = 0; x < width; x++) {
      sums[x] = pixels[a + x] + pixels[d + x] + 3 * (pixels[b + x] + pixels[c + x]);
    }
    for (let x = 0; x < half.width; x++) {
      const [e, f, g, h] = taps(x, width);
      half.pixels[y * half.width + x] = (sums[e] + sums[h] + 3 * (sums[f] + sums[g])) / 64;
    }
  }
  return half;
}

/** The image and its halves, finest first. */
export function makePyramid(gray) {
  const levels = [{ ...gray, pixels: Float32Array.from(gray.pixels) }];
  for (let side = Math.min(gray.width, gray.height); levels.length < MAX_LEVELS; ) {
    side = (side + 1) >> 1;
    if (side < MIN_SIDE) break;
    levels.push(halve(levels[levels.length - 1]));
  }
  return levels;
}

/** The level whose pixels are nearest to a spacing in pixels of the image. */
function levelOf(spacing, count) {
  return Math.min(count - 1, Math.max(0, Math.floor(Math.log2(spacing) + 0.5)));
}

/** Bilinear sample of a level, borders repeated. */
function sample({ width, height, pixels }, x, y) {
  const [u, v] = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))];
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const [fx, fy] = [u - column, v - row];
  const [right, down] = [column + 1 < width ? 1 : 0, row + 1 < height ? width : 0];
  const at = row * width + column;
  const top = pixels[at] + fx * (pixels[at + right] - pixels[at]);
  const low = pixels[at + down] + fx * (pixels[at + down + right] - pixels[at + down]);
  return top + fy * (low - top);
}

/** values[begin, end) to (v - mean) / sqrt(variance + NOISE^2). */
function standardise(values, begin, end) {
  let [sum, squares] = [0, 0];
  for (let i = begin; i < end; i++) sum += values[i];
  const mean = sum / (end - begin);
  for (let i = begin; i < end; i++) squares += (values[i] - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / (end - begin) + NOISE * NOISE);
  for (let i = begin; i < end; i++) values[i] = (values[i] - mean) * scale;
}

/** A pixel of the image in a level that is 2^index times smaller. */
const toLevel = (position, index) => (position + 0.5) / 2 ** index - 0.5;

/** 12 rings of 32 samples at each [x, y]: Float32Array (N, 12, 32). */
export function sampleRings(pyramid, points) {
  const rings = new Float32Array(points.length * RING_VALUES);
  points.forEach(([px, py], n) => {
    for (let ring = 0; ring < RINGS; ring++) {
      const radius = 2 * 2 ** (ring / 2.5);
      const index = levelOf((2 * Math.PI * radius) / RING_SAMPLES, pyramid.length);
      const [x, y, reach] = [toLevel(px, index), toLevel(py, index), radius / 2 ** index];
      for (let j = 0; j < RING_SAMPLES; j++) {
        const turn = (2 * Math.PI * j) / RING_SAMPLES;
        rings[n * RING_VALUES + ring * RING_SAMPLES + j] = sample(
          pyramid[index], x + reach * Math.cos(turn), y + reach * Math.sin(turn),
        );
      }
    }
    standardise(rings, n * RING_VALUES, (n + 1) * RING_VALUES);
  });
  return rings;
}

/** Two grids of 24 x 24 at each keypoint {x, y, size, angle}: Float32Array (N, 2, 24, 24). */
export function samplePatches(pyramid, keypoints) {
  const patches = new Float32Array(keypoints.length * PATCH_VALUES);
  let at = 0;
  for (const { x: px, y: py, size, angle } of keypoints) {
    const turn = (Math.max(0, angle) * Math.PI) / 180;
    for (const factor of SPACINGS) {
      const index = levelOf(factor * size, pyramid.length);
      const spacing = (factor * size) / 2 ** index;
      const [dx, dy] = [spacing * Math.cos(turn), spacing * Math.sin(turn)];
      const [x, y] = [toLevel(px, index), toLevel(py, index)];
      const begin = at;
      for (let i = 0; i < PATCH_SIDE; i++) {
        const v = i - (PATCH_SIDE - 1) / 2;
        for (let j = 0; j < PATCH_SIDE; j++) {
          const u = j - (PATCH_SIDE - 1) / 2;
          patches[at++] = sample(pyramid[index], x + dx * u - dy * v, y + dy * u + dx * v);
        }
      }
      standardise(patches, begin, at);
    }
  }
  return patches;
}
