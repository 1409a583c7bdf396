// One match in numbers, and what the descriptor saw of it.
// Widths of the model's grids over the keypoint's support: 24 samples, .25, .75 and 1.75 apart.
const inner = [6, 18, 42].slice(0, pair.grids);
const outer = inner.pop();

document.getElementById("grids").textContent = [
  "",
  "The square is the inner one of its two grids.",
  "The squares are the inner two of its three grids.",
][inner.length];

function drawPatch(m, side, picture) {
  const sheet = document.getElementById(`patch${side}`);
  const brush = sheet.getContext("2d");
  const keypoints = pair.keypoints[side];
  const index = (side ? matches.index1 : matches.index0)[m];
  const { width, height } = pair.images[side];
  const zoom = sheet.width / (outer * keypoints.support[index]);
  brush.setTransform(1, 0, 0, 1, 0, 0);
  brush.clearRect(0, 0, sheet.width, sheet.height);
  brush.save();
  brush.translate(sheet.width / 2, sheet.height / 2);
  brush.rotate((-Math.max(0, keypoints.angle[index]) * Math.PI) / 180);
  brush.scale(zoom, zoom);
  brush.drawImage(picture, -keypoints.x[index] - 0.5, -keypoints.y[index] - 0.5, width, height);
  brush.restore();
  brush.strokeStyle = "#ffffffaa";
  for (const grid of inner) {
    const width = (sheet.width * grid) / outer;
    brush.strokeRect((sheet.width - width) / 2, (sheet.height - width) / 2, width, width);
  }
}

/** Show match m, or the hint when it is null. */
function showMatch(m, pictures) {
  document.getElementById("hint").hidden = m !== null;
  document.getElementById("match").hidden = m === null;
  if (m === null) return;
  pictures.forEach((picture, side) => drawPatch(m, side, picture));
  const pixel = (side) => pointOf(m, side).map((value) => value.toFixed(1)).join(", ");
  const size = (side) => {
    const index = (side ? matches.index1 : matches.index0)[m];
    const { size: sizes, angle } = pair.keypoints[side];
    const turn = angle[index] < 0 ? "upright" : `${angle[index].toFixed(0)}°`;
    return `${sizes[index].toFixed(1)} px, ${turn}`;
  };
  const error = matches.error === null ? "unknown" : `${orInfinity(matches.error[m]).toFixed(2)} px`;
  fillTable("match-table", [
    ["keypoints", `${matches.index0[m]} in A, ${matches.index1[m]} in B`],
    ["positions", `(${pixel(0)}) and (${pixel(1)})`],
    ["size, angle", `${size(0)} and ${size(1)}`],
    ["distance", matches.distance[m].toPrecision(4)],
    ["ratio", ratioOf(m).toFixed(3)],
    ["error", error],
  ]);
}

/** Fill a table with rows of name and value, as plain text. */
function fillTable(id, rows) {
  const table = document.getElementById(id);
  table.replaceChildren();
  for (const [name, value] of rows) {
    const row = table.insertRow();
    const head = document.createElement("th");
    head.textContent = name;
    row.append(head);
    row.insertCell().textContent = value;
  }
}
