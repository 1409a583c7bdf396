"""Bags of words with features that OpenCV's class refuses."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLDescriptor, SSLMatcher, patch_cv2
from ssldescriptor.bridges.bow import BOWImgDescriptorExtractor, bow_histogram, cluster_bits

HOME = cv2 if hasattr(cv2, "BOWKMeansTrainer") else getattr(cv2, "xfeatures2d", None)
needs_bow = pytest.mark.skipif(not hasattr(HOME, "BOWKMeansTrainer"), reason="OpenCV has no BOW")


def test_histogram_by_hand() -> None:
    words = np.array([[0, 0], [4, 0], [9, 9]], np.float32)
    rows = np.array([[1, 0], [3, 0], [2, 0], [4, 1]], np.float32)  # the third is a tie
    np.testing.assert_array_equal(bow_histogram(rows, words), np.float32([0.5, 0.5, 0]))
    np.testing.assert_array_equal(bow_histogram(None, words), np.zeros(3, np.float32))
    np.testing.assert_array_equal(bow_histogram(rows[:0], words), np.zeros(3, np.float32))


def test_histogram_refuses() -> None:
    rows = np.zeros((2, 8), np.float32)
    with pytest.raises(ValueError, match="vocabulary is empty"):
        bow_histogram(rows, rows[:0])
    with pytest.raises(TypeError, match="uint8"):
        bow_histogram(rows, rows.astype(np.uint8))


@needs_bow
def test_as_opencvs_own_class() -> None:
    """SIFT through OpenCV's class, and hidden behind a Python face through ours."""
    image = np.random.default_rng(1).integers(0, 256, (120, 160), dtype=np.uint8)
    image = cv2.GaussianBlur(image, (0, 0), 2)
    sift = cv2.SIFT.create(200)
    keypoints, rows = sift.detectAndCompute(image, None)
    trainer = HOME.BOWKMeansTrainer(12)
    trainer.add(rows)
    vocabulary = trainer.cluster()
    matcher = cv2.BFMatcher()
    native = BOWImgDescriptorExtractor(sift, matcher)
    assert type(native) is HOME.BOWImgDescriptorExtractor
    ours = BOWImgDescriptorExtractor(SSLDescriptor.create(), matcher)
    ours._extractor = sift
    for extractor in (native, ours):
        extractor.setVocabulary(vocabulary)
        assert (extractor.descriptorSize(), extractor.descriptorType()) == (12, cv2.CV_32F)
        np.testing.assert_array_equal(extractor.getVocabulary(), vocabulary)
        assert extractor.compute(image, []) is None
    expected = native.compute(image, keypoints)
    assert expected.shape == (1, 12)
    np.testing.assert_allclose(ours.compute(image, keypoints), expected, atol=1e-6)
    np.testing.assert_allclose(bow_histogram(rows, vocabulary), expected[0], atol=1e-6)


@needs_bow
@pytest.mark.parametrize("matcher", [cv2.BFMatcher(), SSLMatcher.create()])
def test_our_feature_and_our_matcher(image: Any, matcher: Any) -> None:
    feature = SSLDescriptor.create(150)
    keypoints, rows = feature.detectAndCompute(image, None)
    with patch_cv2():
        trainer = cv2.BOWKMeansTrainer(10)
        trainer.add(rows)
        vocabulary = trainer.cluster()
        extractor = cv2.BOWImgDescriptorExtractor(feature, matcher)
    extractor.setVocabulary(vocabulary)
    given = np.zeros((1, 10), np.float32)
    found = extractor.compute(image, keypoints, given)
    assert found.sum() == pytest.approx(1)
    np.testing.assert_array_equal(given, found)
    np.testing.assert_allclose(found[0], bow_histogram(rows, vocabulary), atol=1e-6)


def test_flanns_trees_are_grown_once(image: Any) -> None:
    """One image, one histogram, though FLANN's trees are random."""
    feature = SSLDescriptor.create(150)
    keypoints, rows = feature.detectAndCompute(image, None)
    matcher = cv2.FlannBasedMatcher({"algorithm": 1, "trees": 1}, {"checks": 1})
    extractor = BOWImgDescriptorExtractor(feature, matcher)
    for words in (rows[:20], rows[20:]):  # the second vocabulary takes the place of the first
        extractor.setVocabulary(words)
        assert [len(t) for t in matcher.getTrainDescriptors()] == [len(words)]
    first = extractor.compute(image, keypoints)
    for _ in range(4):
        np.testing.assert_array_equal(extractor.compute(image, keypoints), first)


def test_a_matcher_of_pairs_alone(image: Any) -> None:
    """An object that has match(query, train) and no add() is given the words at each call."""
    feature = SSLDescriptor.create(50)
    keypoints, rows = feature.detectAndCompute(image, None)
    extractor = BOWImgDescriptorExtractor(feature, SimpleNamespace(match=cv2.BFMatcher().match))
    extractor.setVocabulary(rows[:8])
    expected = bow_histogram(rows, rows[:8])
    np.testing.assert_allclose(extractor.compute(image, keypoints)[0], expected, atol=1e-6)


def test_bad_input(image: Any) -> None:
    feature = SSLDescriptor.create(10)
    with pytest.raises(cv2.error, match=r"got a str; an object with compute\(\)"):
        BOWImgDescriptorExtractor("sift", cv2.BFMatcher())
    with pytest.raises(cv2.error, match=r"got a NoneType; an object with match\(\)"):
        BOWImgDescriptorExtractor(feature, None)
    extractor = BOWImgDescriptorExtractor(feature, cv2.BFMatcher())
    assert extractor.descriptorSize() == 0
    with pytest.raises(cv2.error, match="vocabulary"):
        extractor.compute(image, feature.detect(image))


def test_cluster_bits_finds_the_groups() -> None:
    """Rows scattered about three centres: the words are the centres."""
    rng = np.random.default_rng(5)
    centres = rng.integers(0, 256, (3, 32), dtype=np.uint8)
    flips = np.packbits(rng.random((3, 40, 256)) < 0.1, axis=2)
    rows = (centres[:, None] ^ flips).reshape(-1, 32)
    found = min(
        (cluster_bits(rows, 3, seed=seed) for seed in range(5)),
        key=lambda words: sum(m.distance for m in cv2.BFMatcher(6).match(rows, words)),
    )
    nearest = cv2.BFMatcher(cv2.NORM_HAMMING).match(centres, found)
    assert sorted(m.trainIdx for m in nearest) == [0, 1, 2]
    assert max(m.distance for m in nearest) < 10


def test_cluster_bits_by_hand() -> None:
    """One word is the majority of every bit; a tie is 0."""
    rows = np.array([[0b1100], [0b1010], [0b1001], [0b0111]], np.uint8)
    np.testing.assert_array_equal(cluster_bits(rows, 1), [[0b1000]])


@pytest.mark.parametrize(
    ("rows", "num_words", "message"),
    [
        (np.zeros((4, 8), np.float32), 2, "float32"),
        (np.zeros((4, 8), np.uint8), 5, "5 words of 4 rows"),
        (np.zeros((4, 8), np.uint8), 0, "0 words"),
    ],
)
def test_cluster_bits_refuses(rows: Any, num_words: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cluster_bits(rows, num_words)
