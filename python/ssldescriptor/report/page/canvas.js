// Both photographs on one canvas with their matches.
const GAP = 8;
const NARROW = 700;
const NEAR = 14;
const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

const canvas = document.getElementById("pair");
const pen = canvas.getContext("2d");
// Where each photograph lies: its left and top in CSS pixels; `scale` is CSS pixels per its pixel.
const layout = { scale: 1, left: [0, 0], top: [0, 0] };

/** Side by side, or one above the other on a narrow screen. */
function arrange() {
  const [a, b] = pair.images;
  const width = canvas.clientWidth;
  const stacked = width < NARROW;
  layout.scale = stacked ? width / Math.max(a.width, b.width) : (width - GAP) / (a.width + b.width);
  const [first, second] = [a, b].map((image) => image.height * layout.scale);
  layout.left = stacked ? [0, 0] : [0, a.width * layout.scale + GAP];
  layout.top = stacked ? [0, first + GAP] : [0, 0];
  const height = stacked ? first + GAP + second : Math.max(first, second);
  const density = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  pen.setTransform(density, 0, 0, density, 0, 0);
}

/** A pixel of photograph `side` in CSS pixels of the canvas. */
function place([x, y], side) {
  return [
    layout.left[side] + (x + 0.5) * layout.scale,
    layout.top[side] + (y + 0.5) * layout.scale,
  ];
}

function drawPhotographs(pictures) {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pictures.forEach((picture, side) => {
    const { width, height } = pair.images[side];
    const box = [layout.left[side], layout.top[side], width * layout.scale, height * layout.scale];
    pen.drawImage(picture, ...box);
  });
}

function drawMatches(chosen, colour, { alpha = 0.55, thick = 1 } = {}) {
  pen.globalAlpha = alpha;
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = thick;
  pen.beginPath();
  for (const m of chosen) {
    pen.moveTo(...place(pointOf(m, 0), 0));
    pen.lineTo(...place(pointOf(m, 1), 1));
  }
  pen.stroke();
  pen.globalAlpha = Math.min(1, 1.6 * alpha);
  [0, 1].forEach((side) => dots(chosen.map((m) => pointOf(m, side)), side, 2));
  pen.globalAlpha = 1;
}

/** Small squares at pixels of photograph `side`. */
function dots(points, side, radius) {
  for (const point of points) {
    const [x, y] = place(point, side);
    pen.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  }
}

function drawKeypoints() {
  pen.fillStyle = "#ffe14d";
  pair.keypoints.forEach((keypoints, side) => {
    dots(keypoints.x.map((x, i) => [x, keypoints.y[i]]), side, 1);
  });
}

/** One match: its line, both keypoints with size and angle, the epipolar lines where there are. */
function drawSelected(m, colour) {
  if (pair.geometry === "fundamental" && pair.matrix) [0, 1].forEach((side) => drawEpipolar(m, side));
  drawMatches([m], colour, { alpha: 1, thick: 2.5 });
  [0, 1].forEach((side) => {
    const index = (side ? matches.index1 : matches.index0)[m];
    const keypoints = pair.keypoints[side];
    const [x, y] = place(pointOf(m, side), side);
    const radius = Math.max(6, (keypoints.size[index] / 2) * layout.scale);
    const turn = (Math.max(0, keypoints.angle[index]) * Math.PI) / 180;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    if (keypoints.angle[index] >= 0) {
      pen.moveTo(x, y);
      pen.lineTo(x + radius * Math.cos(turn), y + radius * Math.sin(turn));
    }
    pen.stroke();
  });
}

function drawEpipolar(m, side) {
  const [a, b, c] = epipolarLine(m, side);
  const { width, height } = pair.images[side];
  const ends = Math.abs(b) > Math.abs(a)
    ? [[0, -c / b], [width, -(a * width + c) / b]]
    : [[-c / a, 0], [-(b * height + c) / a, height]];
  pen.save();
  pen.beginPath();
  pen.rect(layout.left[side], layout.top[side], width * layout.scale, height * layout.scale);
  pen.clip();
  pen.strokeStyle = "#ffffffcc";
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(...place(ends[0], side));
  pen.lineTo(...place(ends[1], side));
  pen.stroke();
  pen.restore();
}

/** The match whose keypoint is nearest to a place on the canvas, or null when none is near. */
function nearest(chosen, x, y) {
  let best = null;
  let least = NEAR;
  for (const m of chosen) {
    for (const side of [0, 1]) {
      const [px, py] = place(pointOf(m, side), side);
      const distance = Math.hypot(px - x, py - y);
      if (distance < least) [best, least] = [m, distance];
    }
  }
  return best;
}
