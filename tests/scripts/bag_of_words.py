"""Recognise photographs by bags of words, after the tutorials on BOWKMeansTrainer."""

from __future__ import annotations

import cv2
import numpy as np
from choose import main, make_feature
from scenes import gray, photograph, see, turned

from ssldescriptor import patch_cv2
from ssldescriptor.bridges.bow import cluster_bits

PHOTOGRAPHS = ("coffee", "astronaut", "rocket", "chelsea", "camera")
SIZE = (240, 200)
NUM_WORDS = 50


def run(name: str) -> dict[str, float]:
    """Return the share of turned, darker views whose histogram is nearest to their photograph's."""
    feature = make_feature(name, 200)
    photographs = [photograph(one, SIZE) for one in PHOTOGRAPHS]
    with patch_cv2(only=()):
        home = cv2 if hasattr(cv2, "BOWKMeansTrainer") else cv2.xfeatures2d
        trainer = home.BOWKMeansTrainer(NUM_WORDS, attempts=1)
        extractor = home.BOWImgDescriptorExtractor(feature, cv2.BFMatcher(feature.defaultNorm()))
    rows = np.vstack([feature.detectAndCompute(gray(image), None)[1] for image in photographs])
    if feature.descriptorType() == cv2.CV_8U:
        vocabulary = cluster_bits(rows, NUM_WORDS)
    else:
        trainer.add(rows)
        vocabulary = trainer.cluster()
    extractor.setVocabulary(vocabulary)

    def histogram(image):
        return extractor.compute(gray(image), feature.detect(gray(image)))

    known = np.vstack([histogram(image) for image in photographs])
    right, margins = 0, []
    views = [turned(15, 8, 20, 0.9, SIZE), turned(-20, 5, -60, 0.8, SIZE)]
    for index, image in enumerate(photographs):
        for view in views:
            gaps = np.abs(known - histogram(see(image, view))).sum(axis=1)
            right += int(gaps.argmin() == index)
            margins.append(np.delete(gaps, index).min() - gaps[index])
    return {
        "accuracy": right / (len(photographs) * len(views)),
        "margin": float(np.mean(margins)),
    }


if __name__ == "__main__":
    main(run)
