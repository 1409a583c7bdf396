// Gray image to keypoints and descriptors: the way of features.py.
import { lackOfDetail, localContrast, roundEven, shrink } from "./image.js";
import { findPeaks, readDirections, selectSurest } from "./keypoints.js";
import { makePyramid, samplePatches, sampleRings, PATCH_VALUES } from "./sampling.js";

/** The image and its shrunk copies; factor is [x, y] pixels of the image per pixel of the level. */
function* scaleLevels(gray, { factors, min_side: minSide }) {
  for (const factor of factors) {
    const [width, height] = [gray.width, gray.height].map((side) => roundEven(side / factor));
    if (factor > 1 && Math.min(width, height) < minSide) return;
    const shrunk = factor === 1 ? gray : shrink(gray, width, height);
    yield { gray: shrunk, factor: [gray.width / width, gray.height / height].map(Math.fround) };
  }
}

/** Pixels of a level as {x, y} of the image. */
function toImage(level, here) {
  const [x, y] = here.map((p, axis) =>
    Math.fround(Math.fround(Math.fround(p + 0.5) * level.factor[axis]) - 0.5),
  );
  return { x, y };
}

/** The first of the candidates at one place. */
function onePerPlace(candidates) {
  const seen = new Set();
  return candidates.filter(({ x, y }) => !seen.has(`${x} ${y}`) && seen.add(`${x} ${y}`));
}

/** All peaks of all levels, best rank first, one per place. */
async function findCandidates(model, levels) {
  const all = [];
  for (const level of levels) {
    const { width, height } = level.gray;
    const lower = Math.fround(model.settings.lack.weight * lackOfDetail(level.gray, model.settings.lack));
    const maps = await model.dense(localContrast(level.gray), width, height);
    for (const { x, y, rank } of findPeaks(level.gray, maps, model.settings)) {
      all.push({ ...toImage(level, [x, y]), rank: Math.fround(rank - lower), level, here: [x, y] });
    }
  }
  return onePerPlace(all.sort((a, b) => b.rank - a.rank));
}

/** Give candidates [from, to) their place, angle, size and certainty. */
async function lookAt(model, candidates, from, to) {
  const byLevel = Map.groupBy
    ? Map.groupBy(candidates.slice(from, to), (c) => c.level)
    : candidates.slice(from, to).reduce(
        (groups, c) => groups.set(c.level, [...(groups.get(c.level) ?? []), c]), new Map());
  for (const [level, members] of byLevel) {
    level.pyramid ??= makePyramid(level.gray);
    const rings = sampleRings(level.pyramid, members.map((c) => c.here));
    const [directions, sizes, offsets] = await model.frame(rings, members.length);
    const factor = (level.factor[0] + level.factor[1]) / 2;
    readDirections(directions, directions.length / members.length).forEach((found, i) => {
      const here = members[i].here.map((p, axis) => Math.fround(p + offsets[2 * i + axis]));
      const size = Math.fround(sizes[i] * factor);
      Object.assign(members[i], found, toImage(level, here), { size });
    });
  }
}

/** The size that is sampled for an own keypoint; see support.py. */
function supportOf(size, { default: fallback, least, most }) {
  const usable = Number.isFinite(size) && size > 1 ? size : fallback;
  return Math.min(most, Math.max(least, usable));
}

/** Keypoints {x, y, size, angle, score}, best first, and their rows: Float32Array (N, dim). */
export async function detectAndCompute(model, gray, count) {
  const { settings } = model;
  const levels = [...scaleLevels(gray, settings)];
  const candidates = await findCandidates(model, levels);
  const look = (from, to) => lookAt(model, candidates, from, to);
  const keypoints = onePerPlace(await selectSurest(candidates, count, settings, look))
    .map((k) => ({ ...k, score: 1 / (1 + Math.exp(-k.score)) }))
    .filter((k) => k.score >= settings.least_chance);
  const rows = new Float32Array(keypoints.length * settings.dim);
  const pyramid = makePyramid(gray);
  for (let start = 0; start < keypoints.length; start += settings.chunk) {
    const part = keypoints.slice(start, start + settings.chunk);
    const patches = samplePatches(
      pyramid, part.map((k) => ({ ...k, size: supportOf(k.size, settings.support) })),
    );
    rows.set(await model.describe(patches, patches.length / PATCH_VALUES), start * settings.dim);
  }
  return {
    keypoints: keypoints.map(({ x, y, size, angle, score }) => ({ x, y, size, angle, score })),
    rows,
  };
}
