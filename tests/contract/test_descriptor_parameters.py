"""Getters and setters: a getter answers what the setter was given."""

import cv2
import pytest


def test_caps(create_ours, image):
    feature = create_ours()
    for setter, getter in (
        (feature.setNFeatures, feature.getNFeatures),
        (feature.setMaxFeatures, feature.getMaxFeatures),
        (feature.setMaxPoints, feature.getMaxPoints),
    ):
        setter(17)
        assert getter() == feature.getNFeatures() == 17
        assert len(feature.detect(image)) == 17
        setter(3)
    feature.setNFeatures(-4)
    assert feature.getNFeatures() == 0
    assert len(feature.detect(image)) > 17


def test_the_cap_by_keyword(create):
    feature = create()
    feature.setNFeatures(maxFeatures=12)
    assert feature.getNFeatures() == 12


@pytest.mark.parametrize(
    ("name", "value"),
    [("NOctaveLayers", 5), ("ContrastThreshold", 0.01), ("EdgeThreshold", 7.5), ("Sigma", 2.5)],
)
def test_sift_parameters(create, name, value):
    feature = create()
    assert getattr(feature, f"set{name}")(value) is None
    assert getattr(feature, f"get{name}")() == value


def test_sift_defaults(create):
    feature = create()
    assert feature.getNOctaveLayers() == 3
    assert feature.getContrastThreshold() == 0.04
    assert feature.getEdgeThreshold() == 10
    assert feature.getSigma() == 1.6


def _parameters_of_opencv():
    others = getattr(cv2, "xfeatures2d", None)
    for name in ("SIFT", "ORB", "AKAZE", "KAZE", "BRISK"):
        factory = getattr(cv2, name, None) or getattr(others, name, None)
        for method in dir(factory) if factory else ():
            if method.startswith("set"):
                yield name, method[3:]


@pytest.mark.parametrize(("feature_name", "name"), list(_parameters_of_opencv()))
def test_every_parameter_of_opencv(create_ours, feature_name, name):
    others = getattr(cv2, "xfeatures2d", None)
    factory = getattr(cv2, feature_name, None) or getattr(others, feature_name)
    value = getattr(factory.create(), f"get{name}")()
    feature = create_ours()
    getattr(feature, f"set{name}")(value)
    got = getattr(feature, f"get{name}")()
    if isinstance(value, int) and value < 0:
        assert got == 0  # a cap below 1 means all
    else:
        assert got == value


def test_by_keyword(create):
    feature = create()
    feature.setContrastThreshold(contrastThreshold=0.02)
    assert feature.getContrastThreshold() == 0.02


def test_wrong_values_are_type_errors(create):
    feature = create()
    for setter in (feature.setNFeatures, feature.setNOctaveLayers, feature.setSigma):
        with pytest.raises(TypeError):
            setter("many")
    with pytest.raises(TypeError):
        feature.setSigma(wrong=5)
    with pytest.raises(TypeError):
        feature.setSigma()
    with pytest.raises(TypeError):
        feature.setNFeatures(5.5)


def test_lowering_the_contrast_threshold_ends(create_ours, image):
    """The loop of structure-from-motion programs that want a number of points."""
    threshold, rounds = 0.04, 0
    while True:
        rounds += 1
        feature = create_ours(100, contrastThreshold=threshold)
        if len(feature.detect(image)) >= 100 or threshold < 0.0001:
            break
        threshold = threshold * 2 / 3
    assert rounds == 1


def test_upright_acts(create_ours, image):
    feature = create_ours(upright=True)
    turned = [cv2.KeyPoint(80, 70, 6, 50)]
    upright = feature.compute(image, turned)[1]
    assert feature.getUpright() is True
    feature.setUpright(False)
    assert feature.getUpright() is False
    assert abs(feature.compute(image, turned)[1] - upright).max() > 0.01
