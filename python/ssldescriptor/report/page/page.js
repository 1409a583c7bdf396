// The controls, the pointer and the keys.
const field = (id) => document.getElementById(id);
let pictures = [];
let chosen = { inliers: [], others: [] };
let selected = null;
let pinned = false;

const visible = () => [
  ...(field("show-inliers").checked ? chosen.inliers : []),
  ...(field("show-others").checked ? chosen.others : []),
];

function draw() {
  drawPhotographs(pictures);
  const heat = field("heat").value;
  if (heat === "keypoints") {
    drawHeat(pair.keypoints.map(({ x, y }) => x.map((value, i) => [value, y[i]])));
  } else if (heat !== "none") {
    const counted = heat === "inliers" ? chosen.inliers : [...chosen.inliers, ...chosen.others];
    drawHeat([0, 1].map((side) => counted.map((m) => pointOf(m, side))));
  }
  if (field("show-keypoints").checked) drawKeypoints();
  const alpha = selected === null ? 0.55 : 0.1;
  if (field("show-others").checked) drawMatches(chosen.others, colourOf("other"), { alpha });
  if (field("show-inliers").checked) drawMatches(chosen.inliers, colourOf("inlier"), { alpha });
  if (selected !== null) {
    drawSelected(selected, colourOf(chosen.inliers.includes(selected) ? "inlier" : "other"));
  }
}

function select(m) {
  if (m === selected) return;
  selected = m;
  showMatch(m, pictures);
  draw();
}

/** Read the sliders, count, draw. */
function update() {
  const [ratio, threshold] = [Number(field("ratio").value), Number(field("threshold").value)];
  chosen = choose(ratio, threshold);
  field("ratio-value").textContent = ratio === 1 ? "off" : ratio.toFixed(3);
  field("threshold-value").textContent = `${threshold.toFixed(2)} px`;
  const [a, b] = pair.keypoints.map((keypoints) => keypoints.x.length);
  const count = chosen.inliers.length + chosen.others.length;
  const verdict = pair.matrix === null
    ? "no geometry was found"
    : `${chosen.inliers.length} inliers (${Math.round((100 * chosen.inliers.length) / Math.max(1, count))} %)`;
  field("summary").textContent = `${a} and ${b} keypoints, ${count} matches, ${verdict}`;
  if (selected !== null && !visible().includes(selected)) {
    pinned = false;
    select(null);
  }
  draw();
}

/** Go to the next or the last match, best ratio first. */
function step(by) {
  const order = visible().sort((a, b) => ratioOf(a) - ratioOf(b) || a - b);
  if (order.length === 0) return;
  const at = order.indexOf(selected);
  pinned = true;
  select(order[at < 0 ? 0 : (at + by + order.length) % order.length]);
}

function listen() {
  for (const id of ["ratio", "threshold", "show-inliers", "show-others", "show-keypoints", "heat"]) {
    field(id).addEventListener("input", update);
  }
  const under = (event) => nearest(visible(), event.offsetX, event.offsetY);
  canvas.addEventListener("pointermove", (event) => pinned || select(under(event)));
  canvas.addEventListener("pointerleave", () => pinned || select(null));
  canvas.addEventListener("click", (event) => {
    const m = under(event);
    pinned = m !== null;
    select(m);
  });
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by) step(by);
    if (event.key === "Escape") {
      pinned = false;
      select(null);
    }
    if (by || event.key === "Escape") event.preventDefault();
  });
  window.addEventListener("resize", () => {
    arrange();
    draw();
  });
}

async function start() {
  field("controls").addEventListener("submit", (event) => event.preventDefault());
  field("ratio").value = pair.ratio;
  field("threshold").value = pair.threshold;
  field("threshold").disabled = pair.matrix === null;
  field("threshold-label").textContent = `Inliers agree with the ${
    pair.geometry === "homography" ? "homography" : "fundamental matrix"} within`;
  fillTable("settings", Object.entries(pair.settings));
  pictures = pair.images.map(({ source }) => Object.assign(new Image(), { src: source }));
  await Promise.all(pictures.map((picture) => picture.decode()));
  listen();
  arrange();
  update();
  startOverlay();
  document.body.dataset.ready = "true";
}
start();
