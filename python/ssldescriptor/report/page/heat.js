// Where keypoints crowd: a smooth count, in colours from clear over violet and orange to yellow.
const CELLS = 96;
const COLOURS = [[40, 12, 84, 0], [101, 21, 110, 110], [212, 72, 66, 160], [252, 255, 164, 200]];

/** Count points of photograph `side` in cells and blur: {columns, rows, values}. */
function density(points, side) {
  const { width, height } = pair.images[side];
  const cell = Math.max(width, height) / CELLS;
  const columns = Math.max(1, Math.ceil(width / cell));
  const rows = Math.max(1, Math.ceil(height / cell));
  let values = new Float64Array(columns * rows);
  for (const [x, y] of points) {
    const column = Math.min(columns - 1, Math.max(0, Math.floor((x + 0.5) / cell)));
    const row = Math.min(rows - 1, Math.max(0, Math.floor((y + 0.5) / cell)));
    values[row * columns + column] += 1;
  }
  values = blur(values, columns, rows, 1, columns);
  values = blur(values, rows, columns, columns, 1);
  return { columns, rows, values };
}

/** Blur along lines of `length` values that lie `step` apart; the lines start `stride` apart. */
function blur(values, length, lines, step, stride) {
  const weights = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((offset) => Math.exp(-(offset * offset) / 4.5));
  const sum = weights.reduce((a, b) => a + b);
  const blurred = new Float64Array(values.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      weights.forEach((weight, k) => {
        const from = i + k - 4;
        if (from < 0 || from >= length) return;
        blurred[line * stride + i * step] += (weight / sum) * values[line * stride + from * step];
      });
    }
  }
  return blurred;
}

function colourAt(share) {
  const position = Math.min(1, share) * (COLOURS.length - 1);
  const low = Math.min(COLOURS.length - 2, Math.floor(position));
  return COLOURS[low].map((value, i) => value + (position - low) * (COLOURS[low + 1][i] - value));
}

/** Draw the heat of both photographs' points over them, on one scale of colours. */
function drawHeat(pointsOfSides) {
  const maps = pointsOfSides.map((points, side) => density(points, side));
  const most = Math.max(...maps.map((map) => map.values.reduce((a, b) => Math.max(a, b), 0)));
  if (most === 0) return;
  maps.forEach(({ columns, rows, values }, side) => {
    const sheet = document.createElement("canvas");
    [sheet.width, sheet.height] = [columns, rows];
    const pixels = new ImageData(columns, rows);
    values.forEach((value, i) => pixels.data.set(colourAt(value / most), 4 * i));
    sheet.getContext("2d").putImageData(pixels, 0, 0);
    const { width, height } = pair.images[side];
    const cell = (Math.max(width, height) / CELLS) * layout.scale;
    pen.save();
    pen.beginPath();
    pen.rect(layout.left[side], layout.top[side], width * layout.scale, height * layout.scale);
    pen.clip();
    pen.drawImage(sheet, layout.left[side], layout.top[side], columns * cell, rows * cell);
    pen.restore();
  });
}
