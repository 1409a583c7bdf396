"""See what the dense network sees: python score_map.py [IMAGE] [--show].

Left the photograph with its keypoints, as large as their size and turned by their angle; in the
middle the score whose local maxima become keypoints; right the rank that decides which are kept.
Without an argument it takes a photograph of scikit-image.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np
from numpy.typing import NDArray
from photographs import load_scene, read_photograph, write_picture

from ssldescriptor import SSLDescriptor, _core
from ssldescriptor.runtime import load_model
from ssldescriptor.tiling import dense_maps

Image = NDArray[np.uint8]


def main() -> None:
    """Write the three pictures side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", nargs="?", metavar="IMAGE")
    parser.add_argument("--model", default="default", help="name or ONNX file")
    parser.add_argument("--output", default="score_map.png")
    parser.add_argument("--show", action="store_true", help="open a window")
    args = parser.parse_args()
    image = read_photograph(args.image) if args.image else load_scene()[0]

    gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
    maps = dense_maps(load_model(args.model, 0).dense, _core.local_contrast(gray))
    keypoints = SSLDescriptor.create(500, model=args.model).detect(image, None)
    style = cv2.DRAW_MATCHES_FLAGS_DRAW_RICH_KEYPOINTS
    drawn = cv2.drawKeypoints(image, keypoints, image.copy(), (80, 200, 60), style)
    rank = cv2.resize(maps.rank, gray.shape[::-1], interpolation=cv2.INTER_LINEAR)
    picture = np.hstack([drawn, colours(maps.peak), colours(np.asarray(rank, np.float32))])
    write_picture(args.output, picture)
    print(f"{len(keypoints)} keypoints; score and rank of every place in {args.output}")
    if args.show:
        cv2.imshow("scores", picture)
        cv2.waitKey(0)


def colours(logits: NDArray[np.float32]) -> Image:
    """Return a map in colours, from its 2nd percentile, dark, to its 99.8th, bright."""
    low, high = np.percentile(logits, [2, 99.8])
    share = np.clip((logits - low) / max(float(high - low), 1e-6), 0, 1)
    return np.asarray(cv2.applyColorMap((share * 255).astype(np.uint8), cv2.COLORMAP_INFERNO))


if __name__ == "__main__":
    main()
