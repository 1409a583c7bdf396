// The package's ONNX file, run by onnxruntime-web in this page.
import * as ort from "./ort/ort.wasm.min.mjs";

const STRIDE = 32;

export class Model {
  /** Load the model and what the package says of it. */
  static async load(folder = "model") {
    ort.env.wasm.numThreads = 1; // more would need headers that static hosts do not send
    ort.env.wasm.wasmPaths = new URL("./ort/", import.meta.url).href;
    const answer = await fetch(new URL(`./${folder}/settings.json`, import.meta.url));
    if (!answer.ok) throw new Error("the model is missing; `make docs` puts it here");
    const settings = await answer.json();
    const file = new URL(`./${folder}/model.onnx`, import.meta.url).href;
    const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
    return new Model(session, settings);
  }

  constructor(session, settings) {
    this.session = session;
    this.settings = settings;
    this.fillers = Object.entries(settings.inputs).map(([name, shape]) => [
      name, new ort.Tensor("float32", new Float32Array(shape.reduce((a, b) => a * b)), shape),
    ]);
  }

  /** Run the entry of one input; the others get as little as they take. */
  async run(outputs, name, values, shape) {
    const feeds = { ...Object.fromEntries(this.fillers) };
    feeds[name] = new ort.Tensor("float32", values, shape);
    const found = await this.session.run(feeds, outputs);
    return outputs.map((output) => found[output].data);
  }

  /** The score and rank maps of a normalised image; see runtime.py. */
  async dense(contrast, width, height) {
    const [wide, high] = [width, height].map((side) => Math.ceil(side / STRIDE) * STRIDE);
    const padded = new Float32Array(wide * high);
    for (let y = 0; y < high; y++) {
      const from = Math.min(y, height - 1) * width;
      for (let x = 0; x < wide; x++) padded[y * wide + x] = contrast[from + Math.min(x, width - 1)];
    }
    const [peak, rank] = await this.run(["peak", "rank"], "image", padded, [1, 1, high, wide]);
    return {
      peak: cut(peak, wide, width, height),
      rank: cut(rank, wide / 4, Math.ceil(width / 4), Math.ceil(height / 4)),
    };
  }

  /** Logits over directions, sizes and offsets (N, 2) for (N, 12, 32) rings. */
  async frame(rings, count) {
    return this.run(["direction", "size", "offset"], "rings", rings, [count, 12, 32]);
  }

  /** Unit rows for (N, 2, 24, 24) patches. */
  async describe(patches, count) {
    const [rows] = await this.run(["descriptors"], "patches", patches, [count, 2, 24, 24]);
    return rows;
  }
}

/** The left upper part of a map that is `stride` wide. */
function cut(values, stride, width, height) {
  const part = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    part.set(values.subarray(y * stride, y * stride + width), y * width);
  }
  return { width, height, values: part };
}
