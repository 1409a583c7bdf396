// Mutual nearest neighbours of unit rows, with the distance to the second nearest.

/** Matches [{index0, index1, distance, next}], ordered by index0; ties go to the lowest index. */
export function match(rows0, rows1, dim) {
  const [count0, count1] = [rows0.length / dim, rows1.length / dim];
  const best0 = new Int32Array(count0).fill(-1);
  const [first, second] = [0, 1].map(() => new Float64Array(count0).fill(-Infinity));
  const best1 = new Int32Array(count1).fill(-1);
  const first1 = new Float64Array(count1).fill(-Infinity);
  for (let i = 0; i < count0; i++) {
    for (let j = 0; j < count1; j++) {
      let product = 0;
      for (let k = 0; k < dim; k++) product += rows0[i * dim + k] * rows1[j * dim + k];
      if (product > first[i]) {
        [second[i], first[i], best0[i]] = [first[i], product, j];
      } else if (product > second[i]) {
        second[i] = product;
      }
      if (product > first1[j]) [first1[j], best1[j]] = [product, i];
    }
  }
  // The rows have length 1, so the squared distance is 2 less twice the product.
  const distance = (product) => Math.sqrt(Math.max(0, 2 - 2 * product));
  const found = [];
  for (let i = 0; i < count0; i++) {
    const j = best0[i];
    if (j < 0 || best1[j] !== i) continue;
    found.push({ index0: i, index1: j, distance: distance(first[i]), next: distance(second[i]) });
  }
  return found;
}

/** Those that pass Lowe's ratio test. */
export const under = (matches, ratio) => matches.filter((m) => m.distance <= ratio * m.next);
