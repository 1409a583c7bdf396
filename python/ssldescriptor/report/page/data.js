// What is known of the pair, and which matches the sliders let through. Positions are pixels of the
// photographs, the centre of a pixel at the integer.
const pair = JSON.parse(document.getElementById("data").textContent);
const { matches } = pair;

// JSON has no infinity: null stands for it.
const orInfinity = (value) => (value === null ? Infinity : value);

/** Whether match m passes Lowe's ratio test; without a second neighbour it does. */
function passes(m, ratio) {
  return matches.distance[m] <= ratio * orInfinity(matches.next[m]);
}

/** Distance of match m over that to the next best candidate. */
function ratioOf(m) {
  const next = orInfinity(matches.next[m]);
  return matches.distance[m] === 0 || next === Infinity ? 0 : matches.distance[m] / next;
}

/** Whether match m agrees with the geometry; nothing does where none was found. */
function agrees(m, threshold) {
  return matches.error !== null && orInfinity(matches.error[m]) <= threshold;
}

/** Position of match m's keypoint in photograph `side`, 0 or 1. */
function pointOf(m, side) {
  const index = (side ? matches.index1 : matches.index0)[m];
  return [pair.keypoints[side].x[index], pair.keypoints[side].y[index]];
}

/** The matches under a ratio as {inliers, others}, arrays of positions in `matches`. */
function choose(ratio, threshold) {
  const inliers = [];
  const others = [];
  for (let m = 0; m < matches.distance.length; m++) {
    if (passes(m, ratio)) (agrees(m, threshold) ? inliers : others).push(m);
  }
  return { inliers, others };
}

/** The line of points in photograph `side` that the fundamental matrix allows match m: [a, b, c]. */
function epipolarLine(m, side) {
  const [x, y] = pointOf(m, 1 - side);
  const at = (row, column) => (side ? pair.matrix[row][column] : pair.matrix[column][row]);
  return [0, 1, 2].map((row) => at(row, 0) * x + at(row, 1) * y + at(row, 2));
}
