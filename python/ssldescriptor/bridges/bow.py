"""Bags of words with any feature: `cv2.BOWImgDescriptorExtractor` takes only OpenCV's own.

Csurka et al., "Visual categorization with bags of keypoints", 2004. `cv2.BOWKMeansTrainer` clusters
our float rows as they are; for binary ones see cluster_bits.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ssldescriptor.errors import ASSERTION_FAILED, BAD_ARGUMENT, cv2_error
from ssldescriptor.images import is_umat
from ssldescriptor.matching import match

# As it is before patch_cv2() replaces it; OpenCV 5 has moved it, and only contrib wheels have it.
_home: Any = cv2 if hasattr(cv2, "BOWImgDescriptorExtractor") else getattr(cv2, "xfeatures2d", None)
_native: Any = getattr(_home, "BOWImgDescriptorExtractor", None)


def bow_histogram(rows: NDArray[Any] | None, vocabulary: NDArray[Any]) -> NDArray[np.float32]:
    """Count how often each word is the nearest one, as shares.

    Args:
        rows: (N, D) float32 descriptors, or (N, B) uint8 binary ones; None for no keypoints.
        vocabulary: (K, D) words of the same type, K at least 1. Among equally near ones the first
            is taken.

    Returns:
        (K,) float32 that sum to 1; zeros for no keypoints.

    Raises:
        TypeError, ValueError: Types or columns that do not fit.
    """
    num_words = len(vocabulary)
    if num_words == 0:
        raise ValueError("the vocabulary is empty; at least one word is wanted")
    if rows is None or len(rows) == 0:
        return np.zeros(num_words, np.float32)
    nearest = match(rows, vocabulary, mutual=False).index1
    return _shares(nearest, num_words)


def cluster_bits(
    rows: NDArray[np.uint8], num_words: int, *, iterations: int = 10, seed: int = 0
) -> NDArray[np.uint8]:
    """Find words for binary descriptors: k-means by Hamming distance, majorities as means.

    Grana et al., "A fast approach for integrating ORB descriptors in the bag of words model", 2013.

    Args:
        rows: (N, B) uint8.
        num_words: At most N.
        iterations: Rounds; fewer when nothing changes any more.
        seed: Which rows it starts from.

    Returns:
        (num_words, B) uint8. A word that loses all its rows stays as it is; ties of a bit are 0.

    Raises:
        ValueError: No uint8 rows, or fewer rows than words.
    """
    if rows.ndim != 2 or rows.dtype != np.uint8:
        raise ValueError(f"rows are {rows.dtype} of shape {rows.shape}; (N, B) uint8 is wanted")
    if not 1 <= num_words <= len(rows):
        raise ValueError(f"{num_words} words of {len(rows)} rows; 1 to {len(rows)} are wanted")
    words = rows[np.random.default_rng(seed).choice(len(rows), num_words, replace=False)]
    bits = np.unpackbits(rows, axis=1).astype(np.int64)
    for _ in range(iterations):
        nearest = match(rows, words, mutual=False).index1
        counts = np.bincount(nearest, minlength=num_words)
        sums = np.zeros((num_words, bits.shape[1]), np.int64)
        np.add.at(sums, nearest, bits)
        majority = np.packbits(2 * sums > counts[:, None], axis=1)
        updated = np.where(counts[:, None] > 0, majority, words)
        if np.array_equal(updated, words):
            break
        words = updated
    return words


def _shares(nearest: ArrayLike, num_words: int) -> NDArray[np.float32]:
    """Count (M,) indices of words, divide by M."""
    counts = np.bincount(np.asarray(nearest, np.intp), minlength=num_words)
    return np.asarray(counts / max(counts.sum(), 1), dtype=np.float32)


class BOWImgDescriptorExtractor:
    """`cv2.BOWImgDescriptorExtractor` for features and matchers that are written in Python, too.

    With a feature and a matcher of OpenCV, the call makes OpenCV's own object.
    """

    def __new__(cls, dextractor: Any, dmatcher: Any) -> Any:
        """Choose by the types."""
        native = isinstance(dextractor, cv2.Feature2D) and isinstance(
            dmatcher, cv2.DescriptorMatcher
        )
        if native and _native is not None:
            return _native(dextractor, dmatcher)
        return super().__new__(cls)

    def __init__(self, dextractor: Any, dmatcher: Any) -> None:
        """Keep the feature and the matcher.

        Args:
            dextractor: Object with compute(image, keypoints).
            dmatcher: Object with match(query) after clear() and add([train]), as OpenCV's matchers
                are, or with match(query, train). The words take the place of what it was given.

        Raises:
            cv2.error: Not such objects.
        """
        for value, method in ((dextractor, "compute"), (dmatcher, "match")):
            if not callable(getattr(value, method, None)):
                message = f"got a {type(value).__name__}; an object with {method}() is wanted"
                raise cv2_error(BAD_ARGUMENT, "BOWImgDescriptorExtractor", message)
        self._extractor, self._matcher = dextractor, dmatcher
        self._is_trained = callable(getattr(dmatcher, "add", None))
        self._vocabulary: NDArray[Any] | None = None

    def setVocabulary(self, vocabulary: Any) -> None:
        """Set the words: (K, D), of the descriptors' type.

        A matcher with add() is given them here, once: FLANN's trees are random, and made anew for
        each image they would give it another histogram each time.
        """
        self._vocabulary = vocabulary.get() if is_umat(vocabulary) else vocabulary
        if self._is_trained:
            self._matcher.clear()
            self._matcher.add([self._vocabulary])

    def getVocabulary(self) -> NDArray[Any] | None:
        """Return the words, or None."""
        return self._vocabulary

    def compute(
        self, image: Any, keypoints: Any, imgDescriptor: Any = None
    ) -> NDArray[np.float32] | None:
        """Describe an image by the shares of the words among the rows of its keypoints.

        Returns:
            (1, K) float32 that sum to 1; None for no keypoints.

        Raises:
            cv2.error: There is no vocabulary, or what the feature and the matcher raise.
        """
        if self._vocabulary is None or len(self._vocabulary) == 0:
            raise cv2_error(ASSERTION_FAILED, "compute", "!vocabulary.empty(): set one first")
        rows = self._extractor.compute(image, keypoints)[1]
        if rows is None:
            return None
        rows = rows.get() if is_umat(rows) else rows
        words = () if self._is_trained else (self._vocabulary,)
        nearest = [m.trainIdx for m in self._matcher.match(rows, *words)]
        result = _shares(nearest, len(self._vocabulary))[None]
        if isinstance(imgDescriptor, np.ndarray) and imgDescriptor.shape == result.shape:
            imgDescriptor[...] = result
        return result

    def descriptorSize(self) -> int:
        """Return the number of words, 0 before there are any."""
        return 0 if self._vocabulary is None else len(self._vocabulary)

    def descriptorType(self) -> int:
        """Return cv2.CV_32F."""
        return cv2.CV_32F
