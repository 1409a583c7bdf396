// Photograph A laid over B by the homography, to blink or to fade.
const stage = document.getElementById("stage");
const over = document.getElementById("over");
const under = document.getElementById("under");

const multiply = (a, b) =>
  a.map((row) => [0, 1, 2].map((j) => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]));
const shift = (by) => [[1, 0, by], [0, 1, by], [0, 0, 1]];

/** The homography between pixels as CSS has it: edges at integers, and `scale` for the screen. */
function cssMatrix(scale) {
  const edges = multiply(shift(0.5), multiply(pair.matrix, shift(-0.5)));
  const { width, height } = pair.images[0];
  // What lies behind the viewer is left out; a matrix and its negative are one homography.
  const depth = edges[2][0] * (width / 2) + edges[2][1] * (height / 2) + edges[2][2];
  const [a, b, c] = multiply([[scale, 0, 0], [0, scale, 0], [0, 0, 1]], edges).map((row) =>
    row.map((value) => value / depth),
  );
  const columns = [0, 1, 2].map((j) => [a[j], b[j], 0, c[j]]);
  return `matrix3d(${[columns[0], columns[1], [0, 0, 1, 0], columns[2]].flat().join(",")})`;
}

function arrangeOverlay() {
  const [a, b] = pair.images;
  const scale = Math.min(1, stage.parentElement.clientWidth / b.width);
  stage.style.width = `${b.width * scale}px`;
  stage.style.height = `${b.height * scale}px`;
  [under.style.width, under.style.height] = [`${b.width * scale}px`, `${b.height * scale}px`];
  [over.style.width, over.style.height] = [`${a.width}px`, `${a.height}px`];
  over.style.transform = cssMatrix(scale);
}

function startOverlay() {
  if (pair.geometry !== "homography" || pair.matrix === null) {
    const reason = document.getElementById("no-overlay");
    reason.hidden = false;
    reason.textContent = pair.matrix === null
      ? "The matches determine no geometry, so there is nothing to lay over."
      : "A fundamental matrix does not say where a point of A lies in B, only on which line. "
        + "Choose --geometry homography for flat scenes and turning cameras.";
    document.getElementById("overlay-controls").hidden = true;
    document.getElementById("overlay-controls").style.display = "none";
    stage.hidden = true;
    return;
  }
  [over.src, under.src] = pair.images.map((image) => image.source);
  const opacity = document.getElementById("opacity");
  const fade = () => {
    over.style.opacity = opacity.value;
    document.getElementById("opacity-value").textContent = Number(opacity.value).toFixed(2);
  };
  opacity.addEventListener("input", fade);
  document.getElementById("blink").addEventListener("change", (event) => {
    over.classList.toggle("blink", event.target.checked);
  });
  fade();
  arrangeOverlay();
  window.addEventListener("resize", arrangeOverlay);
}
