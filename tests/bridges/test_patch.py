"""patch_cv2(): what it replaces, and that all of it is undone."""

from __future__ import annotations

import pickle
import threading
from typing import Any

import cv2
import numpy as np
import pytest

import ssldescriptor
from ssldescriptor import SSLDescriptor, patch_cv2
from ssldescriptor.bridges import targets
from ssldescriptor.bridges.signatures import SIGNATURES

ORIGINAL = cv2.ORB_create
CONTRIB = getattr(cv2, "xfeatures2d", None)


def snapshot() -> dict[Any, Any]:
    """Return every attribute of cv2's modules and of the classes of its features."""
    owners = [*targets.modules(), cv2.detail]
    for module in targets.modules():
        owners += [v for v in vars(module).values() if isinstance(v, type)]
    lazy = {"__annotations__", "__slotnames__"}  # CPython's own caches
    return {(o, n): v for o in owners for n, v in vars(o).items() if n not in lazy}


def same(one: dict[Any, Any], two: dict[Any, Any]) -> bool:
    return one.keys() == two.keys() and all(one[key] is two[key] for key in one)


def test_everything_is_undone() -> None:
    before = snapshot()
    patch = patch_cv2()
    assert not same(before, snapshot())
    patch.undo()
    assert same(before, snapshot())
    patch.undo()
    assert same(before, snapshot())


def test_a_patch_is_for_one_block() -> None:
    patch = patch_cv2()
    with patch:
        pass
    with pytest.raises(RuntimeError, match=r"taken back; call patch_cv2\(\) again"), patch:
        pass


def test_undone_after_an_error() -> None:
    before = snapshot()
    with pytest.raises(KeyError), patch_cv2():
        raise KeyError
    assert same(before, snapshot())


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
def test_nested_patches_in_any_order(order: tuple[int, ...]) -> None:
    """The newest patch in force decides."""
    before = snapshot()
    patches = [patch_cv2("ORB", nfeatures=count) for count in (10, 20, 30)]
    counts = {0: 10, 1: 20, 2: 30}
    for index in order:
        assert cv2.ORB_create().getMaxFeatures() == counts[max(counts)]
        patches[index].undo()
        del counts[index]
    assert cv2.ORB_create is ORIGINAL
    assert same(before, snapshot())


def test_an_inner_patch_of_others_leaves_the_outer_one() -> None:
    with patch_cv2("SIFT"):
        with patch_cv2("ORB"):
            assert isinstance(cv2.SIFT_create(), SSLDescriptor)
            assert isinstance(cv2.ORB.create(), SSLDescriptor)
        assert isinstance(cv2.SIFT_create(), SSLDescriptor)
        assert isinstance(cv2.ORB.create(), cv2.ORB)


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_maker_of_every_feature(name: str) -> None:
    found = targets.feature_targets(name)
    if not found:
        pytest.skip(f"this OpenCV has no {name}")
    arguments = ["model.onnx"] if name in {"DISK", "ALIKED"} else [1.0][: SIGNATURES[name].required]
    with patch_cv2():
        for owner, maker in found:
            feature = getattr(owner, maker)(*arguments)
            assert isinstance(feature, SSLDescriptor)
            is_binary = SIGNATURES[name].form == "binary"
            assert feature.descriptorType() == (cv2.CV_8U if is_binary else cv2.CV_32F)
            assert feature.defaultNorm() == (cv2.NORM_HAMMING if is_binary else cv2.NORM_L2)


def test_the_usual_spellings(image: Any) -> None:
    """Where OpenCV 5 has moved AKAZE, BRISK and KAZE, cv2.X_create is there again."""
    with patch_cv2(nfeatures=40):
        makers = [cv2.SIFT_create, cv2.SIFT.create, cv2.ORB_create, cv2.ORB.create]
        makers += [cv2.AKAZE_create, cv2.KAZE_create, cv2.BRISK_create]
        if CONTRIB is not None:
            makers += [cv2.AKAZE.create, cv2.KAZE.create, cv2.BRISK.create]
            makers += [cv2.xfeatures2d.SIFT_create, cv2.xfeatures2d.SURF_create]
            makers += [cv2.xfeatures2d_SURF.create]
        points = set()
        for make in makers:
            keypoints, rows = make().detectAndCompute(image, None)
            assert len(rows) == 40
            points.add(tuple(k.pt for k in keypoints))
        assert len(points) == 1


def test_what_opencv_5_moved_is_where_it_was() -> None:
    with patch_cv2():
        if CONTRIB is not None:
            assert cv2.AKAZE_DESCRIPTOR_MLDB == 5
            assert callable(cv2.BOWKMeansTrainer(3).cluster)


def test_classes_stay_for_isinstance_and_pickle() -> None:
    kind = cv2.SIFT
    with patch_cv2():
        assert cv2.SIFT is kind
        assert pickle.loads(pickle.dumps(cv2.SIFT)) is kind
        feature = cv2.SIFT_create()
        assert not isinstance(feature, cv2.SIFT)
        assert pickle.loads(pickle.dumps(feature)).descriptorSize() == feature.descriptorSize()


def test_only() -> None:
    with patch_cv2(only=("ORB",)) as patch:
        assert isinstance(cv2.ORB_create(), SSLDescriptor)
        assert isinstance(cv2.SIFT_create(), cv2.SIFT)
        assert "cv2.ORB.create" in patch.names
        assert "cv2.detail.computeImageFeatures2" in patch.names
        assert "cv2.SIFT_create" not in patch.names


def test_forms() -> None:
    with patch_cv2(descriptor="sift"):
        assert cv2.ORB_create().descriptorType() == cv2.CV_32F
    with patch_cv2(descriptor={"SIFT": "binary"}):
        assert cv2.SIFT_create().descriptorSize() == 32
        assert cv2.ORB_create().descriptorSize() == 32
        assert cv2.KAZE_create().descriptorType() == cv2.CV_32F


def test_options_reach_the_feature() -> None:
    with patch_cv2(nfeatures=33, upright=True, num_threads=1):
        feature = cv2.SIFT_create(5000)
        assert feature.getNFeatures() == 33
        assert feature.getUpright()
        assert "num_threads=1" in repr(feature)


def test_the_scripts_arguments_reach_the_feature() -> None:
    with patch_cv2():
        assert cv2.ORB_create().getMaxFeatures() == 500
        assert cv2.ORB_create(nfeatures=77).getMaxFeatures() == 77
        assert cv2.SIFT_create(88, contrastThreshold=0.02).getContrastThreshold() == 0.02
        assert cv2.BRISK_create(60).getNFeatures() == SSLDescriptor.create().getNFeatures()
        with pytest.raises(cv2.error, match="invalid keyword"):
            cv2.ORB_create(n=3)


@pytest.mark.parametrize("name", ["SIFT", "ORB", "AKAZE", "KAZE", "BRISK"])
def test_getters_answer_as_the_replaced_feature(name: str) -> None:
    """The same default, and an integer where OpenCV has one; caps are our own."""
    kind = getattr(cv2, name, None) or getattr(CONTRIB, name, None)
    if kind is None:
        pytest.skip(f"this OpenCV has no {name}")
    native = kind.create()
    getters = [method for method in dir(native) if method.startswith("get")]
    with patch_cv2():
        ours = kind.create()
    for getter in set(getters) - {"getDefaultName", "getNFeatures", "getMaxPoints"}:
        expected, found = getattr(native, getter)(), getattr(ours, getter)()
        assert (type(found), found) == (type(expected), pytest.approx(expected)), getter


def test_a_border_is_a_count_of_pixels() -> None:
    with patch_cv2():
        orb = cv2.ORB_create(edgeThreshold=np.int64(15))
        assert len(np.zeros(40)[orb.getEdgeThreshold() : -orb.getEdgeThreshold()]) == 10
        orb.setEdgeThreshold(4)
        assert type(orb.getEdgeThreshold()) is int
        assert type(cv2.SIFT_create(edgeThreshold=5.5).getEdgeThreshold()) is float


def test_an_empty_image_as_the_replaced_feature() -> None:
    """ORB finds nothing in it, SIFT raises."""
    native = cv2.ORB_create()
    with patch_cv2():
        orb, sift = cv2.ORB_create(), cv2.SIFT_create()
    for empty in (None, np.zeros((0, 0), np.uint8)):
        assert orb.detectAndCompute(empty, None) == native.detectAndCompute(empty, None)
        with pytest.raises(cv2.error, match="image is empty"):
            sift.detectAndCompute(empty, None)


def test_keep_keypoints(image: Any) -> None:
    """OpenCV's keypoints, one per location, with the script's arguments; our rows."""
    expected = {k.pt for k in cv2.ORB.create(150, fastThreshold=10).detect(image, None)}
    with patch_cv2(keep_keypoints=True), patch_cv2("SIFT", keep_keypoints=True):
        keypoints, rows = cv2.ORB_create(150, fastThreshold=10).detectAndCompute(image, None)
        assert isinstance(cv2.SIFT_create().detectAndCompute(image, None)[1][0, 0], np.float32)
    assert {k.pt for k in keypoints} == expected
    assert rows.shape == (len(expected), 32)


def test_other_threads_see_the_patch() -> None:
    seen = []
    with patch_cv2():
        thread = threading.Thread(target=lambda: seen.append(type(cv2.ORB_create())))
        thread.start()
        thread.join()
    assert seen == [SSLDescriptor]


def test_threads_may_patch_and_undo() -> None:
    before = snapshot()
    errors = []

    def work() -> None:
        try:
            for _ in range(20):
                with patch_cv2("SIFT"):
                    assert cv2.SIFT_create.__module__ == "ssldescriptor.bridges.patch"
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert same(before, snapshot())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"only": "SIFTT"}, ValueError, "'SIFTT' is not a feature to replace; known: SIFT, ORB"),
        ({"descriptor": "half"}, ValueError, "descriptor='half'; one of float, sift, binary"),
        ({"descriptor": {"FAST": "float"}}, ValueError, "'FAST' is not a feature"),
        ({"num_threads": -1}, ValueError, "num_threads is -1"),
        ({"upright": "no"}, TypeError, "upright.*a bool is wanted"),
        ({"detector": None}, TypeError, "detector"),
    ],
)
def test_bad_options(arguments: Any, error: Any, message: str) -> None:
    before = snapshot()
    with pytest.raises(error, match=message):
        patch_cv2(**arguments)
    assert same(before, snapshot())


def test_lightglue_scripts() -> None:
    """Our matcher takes setPairInfo(); on OpenCV 5 the patch puts it in LightGlue's place."""
    rows = np.eye(3, 8, dtype=np.float32)
    matcher = ssldescriptor.SSLMatcher.create()
    matcher.setPairInfo(np.zeros((3, 2)), trainKpts=np.zeros((3, 2)), queryImageSize=(4, 4))
    assert len(matcher.match(rows, rows)) == 3
    matcher.clearPairInfo()
    if not hasattr(cv2, "LightGlueMatcher"):
        return
    with patch_cv2():
        matcher = cv2.LightGlueMatcher.create("lightglue.onnx", scoreThreshold=0.1)
        matcher.setPairInfo(np.zeros((3, 2)), np.zeros((3, 2)))
        assert len(matcher.match(rows, rows)) == 3
