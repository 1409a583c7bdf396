"""create(): every spelling of the arguments of OpenCV's features."""

import cv2
import numpy as np
import pytest

from ssldescriptor import SSLDescriptor


def test_defaults(create_ours):
    feature = create_ours()
    assert feature.getNFeatures() == 2048
    assert feature.descriptorType() == cv2.CV_32F
    assert not feature.getUpright()


def test_calling_the_class_and_an_instance(create_ours):
    assert SSLDescriptor(7).getNFeatures() == 7
    assert create_ours(7).create(9).getNFeatures() == 9


def test_a_subclass_creates_itself(create_ours):
    class Child(SSLDescriptor):
        pass

    del create_ours
    assert type(Child.create(5)) is Child


@pytest.mark.parametrize("name", ["nfeatures", "nFeatures", "maxFeatures", "max_points"])
def test_names_of_the_cap(create_ours, name):
    assert create_ours(**{name: 33}).getNFeatures() == 33


@pytest.mark.parametrize(
    ("value", "cap"), [(None, 2048), (0, 0), (-1, 0), (5, 5), (np.int64(6), 6), (np.uint8(7), 7)]
)
def test_values_of_the_cap(create_ours, value, cap):
    assert create_ours(value).getNFeatures() == cap
    assert create_ours(nfeatures=value).getNFeatures() == cap


@pytest.mark.parametrize("value", ["5", 5.0, 5.5, True, np.float64(5), [5], np.array([5])])
def test_a_cap_that_is_no_integer_is_a_cv2_error(create, value):
    with pytest.raises(cv2.error, match="nfeatures"):
        create(value)
    with pytest.raises(cv2.error, match="nfeatures"):
        create(nfeatures=value)


def test_the_cap_twice_is_a_cv2_error(create_ours):
    with pytest.raises(cv2.error, match="twice"):
        create_ours(5, maxFeatures=6)
    with pytest.raises(cv2.error, match="twice"):
        create_ours(nFeatures=5, maxFeatures=6)


def test_sift_positionals(create):
    feature = create(100, 4, 0.01, 12, 1.8, cv2.CV_32F)
    assert feature.getNFeatures() == 100
    assert feature.getNOctaveLayers() == 4
    assert feature.getContrastThreshold() == 0.01
    assert feature.getEdgeThreshold() == 12
    assert feature.getSigma() == 1.8
    create(100, 4, 0.01, 12, 1.8, True)
    create(100, 4, 0.01, 12, 1.8, cv2.CV_32F, True)


def test_sift_keywords(create):
    feature = create(
        nfeatures=10, nOctaveLayers=5, contrastThreshold=0.02, edgeThreshold=20, sigma=2
    )
    assert feature.getNOctaveLayers() == 5
    assert feature.getContrastThreshold() == 0.02
    assert feature.getEdgeThreshold() == 20
    assert feature.getSigma() == 2
    assert create(5, enable_precise_upscale=True).getNFeatures() == 5


def test_orb_positionals(create_ours):
    feature = create_ours(500, 1.3, 6, 15, 1, 3, cv2.ORB_FAST_SCORE, 25, 10)
    assert feature.getMaxFeatures() == 500
    assert feature.getScaleFactor() == 1.3
    assert (feature.getNLevels(), feature.getEdgeThreshold()) == (6, 15)
    assert (feature.getFirstLevel(), feature.getWTA_K()) == (1, 3)
    assert (feature.getScoreType(), feature.getPatchSize()) == (cv2.ORB_FAST_SCORE, 25)
    assert feature.getFastThreshold() == 10


@pytest.mark.parametrize(
    "keywords",
    [
        {"nfeatures": 9, "scaleFactor": 1.2, "nlevels": 8, "edgeThreshold": 31, "firstLevel": 0},
        {"WTA_K": 2, "scoreType": 0, "patchSize": 31, "fastThreshold": 20},
        {"descriptor_type": 5, "descriptor_size": 0, "descriptor_channels": 3, "threshold": 0.001},
        {"nOctaves": 4, "nOctaveLayers": 4, "diffusivity": 1, "max_points": 50},
        {"extended": False, "upright": True, "threshold": 0.001},
        {"thresh": 30, "octaves": 3, "patternScale": 1.0},
        {"hessianThreshold": 400, "nOctaves": 4, "extended": True, "upright": 1},
        {"nOctaveLayers": None, "sigma": None},
    ],
    ids=["ORB", "ORB 2", "AKAZE", "AKAZE 2", "KAZE", "BRISK", "SURF", "None"],
)
def test_keywords_of_other_features(create_ours, image, keywords):
    assert len(create_ours(**keywords).detect(image)) > 0


def test_descriptor_type(create_ours):
    assert create_ours(descriptorType=cv2.CV_32F).defaultNorm() == cv2.NORM_L2
    assert create_ours(descriptorType=cv2.CV_8U).defaultNorm() == cv2.NORM_HAMMING
    assert create_ours(9, 3, 0.04, 10, 1.6, cv2.CV_8U).descriptorSize() == 32
    assert create_ours(descriptor="sift", descriptorType=cv2.CV_32F).descriptorSize() == 128
    for wrong in (
        {"descriptorType": cv2.CV_64F},
        {"descriptorType": "float"},
        {"descriptorType": cv2.CV_32F, "descriptor": "binary"},
        {"descriptorType": cv2.CV_8U, "descriptor": "sift"},
    ):
        with pytest.raises(cv2.error, match="descriptorType"):
            create_ours(**wrong)


@pytest.mark.parametrize("value", [-2, 3, 0.5, True, "fine"])
def test_an_unknown_first_octave_is_refused(create_ours, value):
    with pytest.raises(cv2.error, match=r"first_octave'? is"):
        create_ours(first_octave=value)
    assert "first_octave=-1" in repr(create_ours(first_octave=-1))


def test_options_may_be_of_numpy(create_ours):
    feature = create_ours(np.int32(9), first_octave=np.int64(1), num_threads=np.uint8(1))
    assert repr(feature) == repr(create_ours(9, first_octave=1, num_threads=1))


@pytest.mark.parametrize("value", ["False", "", None, 0.0])
def test_upright_is_a_bool(create_ours, value):
    with pytest.raises(cv2.error, match=r"upright.*a bool is wanted"):
        create_ours(upright=value)
    with pytest.raises(TypeError, match=r"upright.*a bool is wanted"):
        create_ours().setUpright(value)
    for false in (False, 0, np.False_):
        assert create_ours(upright=false).getUpright() is False


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), True, "far"])
def test_a_wrong_min_distance_is_refused(create_ours, value):
    with pytest.raises(cv2.error, match=r"min_distance'? is"):
        create_ours(min_distance=value)


@pytest.mark.parametrize("number", [int, float, np.float32, np.int64])
def test_a_min_distance_is_any_number(create_ours, number):
    assert "min_distance=2.0" in repr(create_ours(min_distance=number(2)))


def test_a_misspelt_keyword_is_a_cv2_error(create):
    with pytest.raises(cv2.error, match="'nfeature' is an invalid keyword argument"):
        create(nfeature=5)


def test_a_misspelt_keyword_names_the_known_ones(create_ours):
    with pytest.raises(cv2.error, match=r"nfeatures, model, .*contrastThreshold") as caught:
        create_ours(contrastTreshold=5)
    assert (caught.value.code, caught.value.func) == (-5, "create")


@pytest.mark.parametrize("value", ["high", [1]])
def test_parameters_of_the_wrong_type_are_cv2_errors(create, value):
    for name in ("nOctaveLayers", "contrastThreshold"):
        with pytest.raises(cv2.error, match=name):
            create(**{name: value})
    with pytest.raises(cv2.error, match="nOctaveLayers"):
        create(nOctaveLayers=3.5)


def test_too_many_positionals_are_a_cv2_error(create):
    with pytest.raises(cv2.error):
        create(1, 2, 3, 4, 5, 0, False, 8, 9, 10, 11)


def test_an_argument_twice_is_a_cv2_error(create):
    with pytest.raises(cv2.error):
        create(5, 3, nOctaveLayers=3)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"descriptor": "half"}, "float, sift, binary"),
        ({"descriptor": 5}, "float, sift, binary"),
        ({"num_threads": -1}, "num_threads"),
        ({"num_threads": 1.5}, "num_threads"),
        ({"model": 5}, "model"),
        ({"detector": "sift"}, "detect"),
        ({"detector": cv2.SIFT}, "detect"),
    ],
)
def test_wrong_options_are_cv2_errors(create_ours, keywords, message):
    with pytest.raises(cv2.error, match=message):
        create_ours(**keywords)


def test_a_missing_model_is_a_cv2_error(create_ours, tmp_path):
    with pytest.raises(cv2.error, match=r"nothing\.onnx"):
        create_ours(model=tmp_path / "nothing.onnx")
    with pytest.raises(cv2.error, match="no-such-model"):
        create_ours(model="no-such-model")


def test_repr(create_ours):
    text = repr(create_ours(50, detector=cv2.ORB.create(), descriptor="sift"))
    assert text.startswith("SSLDescriptor(nfeatures=50,")
    assert "Feature2D.ORB" in text
    assert "'sift'" in text
