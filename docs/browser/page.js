// The page: two photographs in, their matches drawn.
import { detectAndCompute } from "./features.js";
import { toGray } from "./image.js";
import { match, under } from "./match.js";
import { Model } from "./model.js";

// Larger photographs are shrunk: one pass of the network then fits the memory of any machine.
const MAX_SIDE = 1024;
const GAP = 8;
const field = (id) => document.getElementById(id);
const state = { model: null, photographs: [null, null], running: false, found: null };

function say(text, failed = false) {
  field("status").textContent = text;
  field("status").classList.toggle("failed", failed);
}

/** Decode a file into the canvas of its side. */
async function open(file, side) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    say(`${file.name} is no image that this browser can read.`, true);
    return;
  }
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const view = field(`view${side}`);
  view.width = Math.max(1, Math.round(bitmap.width * scale));
  view.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = view.getContext("2d", { willReadFrequently: true });
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, view.width, view.height);
  state.photographs[side] = { name: file.name, view, pen };
  state.found = null;
  refresh();
}

function refresh() {
  const ready = state.model !== null && state.photographs.every(Boolean) && !state.running;
  field("match").disabled = !ready;
  field("save").disabled = state.found === null;
  if (ready && state.found === null) say("Ready.");
  field("ratio-value").textContent = Number(field("ratio").value).toFixed(2);
}

/** Let the browser draw before the next long computation. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

async function run() {
  state.running = true;
  refresh();
  try {
    await find([...state.photographs]);
  } finally {
    state.running = false;
  }
  show();
}

/** Find the matches of two photographs, unless one is exchanged meanwhile. */
async function find(photographs) {
  const started = performance.now();
  const features = [];
  for (const { name, view, pen } of photographs) {
    say(`Looking at ${name}.`);
    await pause();
    const gray = toGray(pen.getImageData(0, 0, view.width, view.height));
    features.push(await detectAndCompute(state.model, gray, Number(field("count").value)));
  }
  say("Matching.");
  await pause();
  const matches = match(features[0].rows, features[1].rows, state.model.settings.dim);
  if (photographs.some((photograph, side) => photograph !== state.photographs[side])) return;
  state.found = { features, matches, seconds: (performance.now() - started) / 1000 };
}

/** Draw the matches under the ratio. */
function show() {
  refresh();
  if (state.found === null) return;
  const { features, matches, seconds } = state.found;
  const chosen = under(matches, Number(field("ratio").value));
  const [a, b] = state.photographs.map(({ view }) => view);
  const sheet = field("result");
  sheet.width = a.width + GAP + b.width;
  sheet.height = Math.max(a.height, b.height);
  const pen = sheet.getContext("2d");
  pen.drawImage(a, 0, 0);
  pen.drawImage(b, a.width + GAP, 0);
  chosen.forEach(({ index0, index1 }, i) => {
    const [from, to] = [features[0].keypoints[index0], features[1].keypoints[index1]];
    pen.strokeStyle = `hsl(${(i * 137.5) % 360} 85% 55% / .7)`;
    pen.beginPath();
    pen.moveTo(from.x + 0.5, from.y + 0.5);
    pen.lineTo(to.x + 0.5 + a.width + GAP, to.y + 0.5);
    pen.stroke();
  });
  const [n0, n1] = features.map(({ keypoints }) => keypoints.length);
  say(`${n0} and ${n1} keypoints, ${chosen.length} matches, ${seconds.toFixed(1)} seconds.`);
}

function save() {
  const { features, matches } = state.found;
  const content = {
    images: state.photographs.map(({ name, view: { width, height } }) => ({ name, width, height })),
    ratio: Number(field("ratio").value),
    keypoints: features.map(({ keypoints }) => keypoints),
    matches: under(matches, Number(field("ratio").value)),
  };
  const file = new Blob([JSON.stringify(content)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "matches.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

for (const side of [0, 1]) {
  const drop = field(`drop${side}`);
  field(`file${side}`).addEventListener("change", ({ target }) => {
    if (target.files.length) open(target.files[0], side);
  });
  for (const [kind, inside] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("over", inside);
      if (kind === "drop" && event.dataTransfer.files.length) open(event.dataTransfer.files[0], side);
    });
  }
}
const failed = (error) => say(String(error.message ?? error), true);
field("match").addEventListener("click", () => run().catch(failed).finally(refresh));
field("ratio").addEventListener("input", show);
field("save").addEventListener("click", save);
Model.load().then((model) => {
  state.model = model;
  say("The model is loaded; choose two photographs.");
  refresh();
}).catch(failed);
