"""How the arguments of OpenCV's features are read."""

from __future__ import annotations

from typing import Any

import cv2
import pytest

from ssldescriptor.bridges.signatures import SIGNATURES, translate
from ssldescriptor.bridges.targets import feature_targets


def test_the_argument_names_are_opencvs() -> None:
    """Its docstrings spell them out, in order; old versions lack the last ones."""
    checked = 0
    for name, signature in SIGNATURES.items():
        makers = [getattr(owner, maker, None) for owner, maker in feature_targets(name)]
        for make in [make for make in makers if make is not None][:1]:
            text = (make.__doc__ or "").split("->")[0]
            given = text[text.index("(") + 1 :].translate(str.maketrans("[],)", "    ")).split()
            if name == "SIFT":
                given.insert(5, "descriptorType")
            assert tuple(given) == signature.names[: len(given)], name
            assert len(given) >= len(signature.names) - 1
            assert ("(" + signature.names[0] in text) == (signature.required > 0), name
            checked += 1
    assert checked >= 2


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "wanted"),
    [
        ("SIFT", (), {}, {"descriptor": "float"}),
        ("SIFT", (0,), {}, {"descriptor": "float", "nfeatures": 0}),
        ("SIFT", (None,), {}, {"descriptor": "float"}),
        (
            "SIFT",
            (700, 4, 0.03),
            {"sigma": 1.2},
            {
                "descriptor": "float",
                "nfeatures": 700,
                "nOctaveLayers": 4,
                "contrastThreshold": 0.03,
                "sigma": 1.2,
            },
        ),
        ("ORB", (), {}, {"descriptor": "binary", "nfeatures": 500, "edgeThreshold": 31}),
        (
            "ORB",
            (),
            {"nfeatures": 90, "edgeThreshold": 15, "WTA_K": 2},
            {"descriptor": "binary", "nfeatures": 90, "edgeThreshold": 15, "WTA_K": 2},
        ),
        ("BRISK", (), {}, {"descriptor": "binary", "threshold": 30}),
        ("BRISK", (40,), {}, {"descriptor": "binary", "thresh": 40, "threshold": 40}),
        ("SURF", (400,), {}, {"descriptor": "float", "hessianThreshold": 400}),
        (
            "SURF",
            (),
            {"upright": True, "extended": 1},
            {"descriptor": "float", "upright": True, "extended": 1},
        ),
        (
            "KAZE",
            (True, True),
            {},
            {"descriptor": "float", "extended": True, "upright": True, "nOctaveLayers": 4},
        ),
        ("BEBLID", (0.75,), {}, {"descriptor": "binary"}),
        ("BriefDescriptorExtractor", (64, True), {}, {"descriptor": "binary"}),
        ("DISK", ("disk.onnx", 300), {}, {"descriptor": "float", "nfeatures": 300}),
        ("ALIKED", ("aliked.onnx",), {}, {"descriptor": "float"}),
    ],
)
def test_translate(name: str, args: Any, kwargs: Any, wanted: dict[str, Any]) -> None:
    assert translate(name, args, kwargs) == wanted


@pytest.mark.parametrize(
    ("kind", "form", "upright"),
    [(2, "float", True), (3, "float", False), (4, "binary", True), (5, "binary", False)],
)
def test_akazes_descriptor_types(kind: int, form: str, upright: bool) -> None:
    found = translate("AKAZE", (kind,), {"max_points": 80})
    assert (found["descriptor"], found["upright"], found["nfeatures"]) == (form, upright, 80)
    assert translate("AKAZE", (), {})["descriptor"] == "binary"


def test_sifts_descriptor_type() -> None:
    five = (100, 3, 0.04, 10, 1.6)
    assert translate("SIFT", (*five, cv2.CV_8U), {})["descriptor"] == "sift"
    assert translate("SIFT", (*five, cv2.CV_32F), {})["descriptor"] == "float"
    flagged = translate("SIFT", (*five, True), {})
    assert flagged["enable_precise_upscale"] is True
    assert flagged["descriptor"] == "float"


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "message"),
    [
        ("ORB", (), {"nfoo": 1}, "'nfoo' is an invalid keyword.*nfeatures, scaleFactor"),
        ("ORB", (5,), {"nfeatures": 5}, "by name and by position"),
        ("ORB", (1.5,), {}, "nfeatures.*an integer is wanted"),
        ("KAZE", (), {"upright": "no"}, "upright.*a bool is wanted"),
        ("BRISK", (30, 3, 1.0, []), {}, "4 arguments are given, at most 3"),
        ("BEBLID", (), {}, "missing required argument 'scale_factor'"),
        ("SIFT", (), {"descriptorType": 6}, "descriptorType is 6"),
    ],
)
def test_bad_arguments(name: str, args: Any, kwargs: Any, message: str) -> None:
    with pytest.raises(cv2.error, match=message):
        translate(name, args, kwargs)
