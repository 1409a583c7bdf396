// Score maps to keypoints, logits to angles, and which keypoints are kept.
import { textured } from "./image.js";

const RANK_STRIDE = 4;
const PEAK_SHARE = 0.1; // as in nms.cpp
const CENTROID_TEMPERATURE = 2; // as in nms.cpp

/** Whether a pixel is above all earlier and not below all later pixels of its window. */
function isPeak({ width, height, values }, x, y, radius) {
  const value = values[y * width + x];
  for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
    for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
      const other = values[v * width + u];
      const earlier = v < y || (v === y && u < x);
      if (earlier ? !(value > other) : !(value >= other)) return false;
    }
  }
  return true;
}

/** The rank map at a pixel of the peak map, bilinear, edges clamped. */
function rankAt({ width, height, values }, x, y) {
  const at = (pixel, length) =>
    Math.min(length - 1, Math.max(0, (pixel - (RANK_STRIDE - 1) / 2) / RANK_STRIDE));
  const [u, v] = [at(x, width), at(y, height)];
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const [fx, fy] = [u - column, v - row];
  const [right, down] = [column + 1 < width ? 1 : 0, row + 1 < height ? width : 0];
  const cell = row * width + column;
  const top = (1 - fx) * values[cell] + fx * values[cell + right];
  const low = (1 - fx) * values[cell + down] + fx * values[cell + down + right];
  return (1 - fy) * top + fy * low;
}

/** Centroid of the logits around a peak, within half a pixel of it along each axis. */
function centroid({ width, height, values }, x, y) {
  let [total, right, down] = [0, 0, 0];
  for (let v = Math.max(0, y - 2); v <= Math.min(height - 1, y + 2); v++) {
    for (let u = Math.max(0, x - 2); u <= Math.min(width - 1, x + 2); u++) {
      const excess = Math.min(values[v * width + u] - values[y * width + x], 0);
      const weight = Number.isFinite(excess) ? Math.exp(excess / CENTROID_TEMPERATURE) : 0;
      total += weight;
      right += weight * (u - x);
      down += weight * (v - y);
    }
  }
  const moved = (pixel, sum) => Math.fround(pixel + Math.min(0.5, Math.max(-0.5, sum / total)));
  return { x: moved(x, right), y: moved(y, down) };
}

/** Local maxima of a level as {x, y, rank} in its own pixels. */
export function findPeaks(gray, { peak, rank }, { nms_radius: radius, border }) {
  const { width, height } = peak;
  const found = [];
  for (let y = border; y < height - border; y++) {
    for (let x = border; x < width - border; x++) {
      if (!isPeak(peak, x, y, radius) || !textured(gray, x, y, radius)) continue;
      const score = rankAt(rank, x, y) + PEAK_SHARE * peak.values[y * width + x];
      found.push({ ...centroid(peak, x, y), rank: Math.fround(score) });
    }
  }
  return found;
}

/** Angle in degrees, and how sure it is, of each row of logits over `bins` directions. */
export function readDirections(logits, bins) {
  return Array.from({ length: logits.length / bins }, (_, n) => {
    const row = logits.subarray(n * bins, (n + 1) * bins);
    let best = 0;
    row.forEach((value, j) => (best = value > row[best] ? j : best));
    const [before, after] = [row[(best + bins - 1) % bins], row[(best + 1) % bins]];
    const curvature = before - 2 * row[best] + after;
    const offset = curvature < 0 ? (0.5 * (before - after)) / curvature : 0;
    const total = row.reduce((sum, value) => sum + Math.exp(value - row[best]), 0);
    const near = 1 + Math.exp(before - row[best]) + Math.exp(after - row[best]);
    const angle = Math.fround((((best + offset) * 360) / bins + 360) % 360);
    return { angle: angle >= 360 ? 0 : angle, certainty: Math.min(0, Math.log(near / total)) };
  });
}

/** The candidates of the highest rank + weight * certainty; see selection.py. Ranks descend. */
export async function selectSurest(candidates, count, { certainty_weight: weight, spare }, look) {
  const score = (from, to) =>
    candidates.slice(from, to).forEach((c) => (c.score = c.rank + weight * c.certainty));
  let asked = Math.min(Math.ceil(spare * count), candidates.length);
  await look(0, asked);
  score(0, asked);
  if (count < asked) {
    const scores = candidates.slice(0, asked).map((c) => c.score).sort((a, b) => b - a);
    const able = candidates.filter((c) => c.rank >= scores[count - 1]).length;
    if (able > asked) {
      await look(asked, able);
      score(asked, able);
      asked = able;
    }
  }
  return candidates.slice(0, asked).sort((a, b) => b.score - a.score).slice(0, count);
}
