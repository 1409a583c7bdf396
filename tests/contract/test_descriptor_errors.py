"""cv2.error: its attributes describe the error at hand."""

import cv2
import numpy as np
import pytest

from ssldescriptor.errors import BAD_ARGUMENT, cv2_error


def test_attributes_are_on_the_instance():
    with pytest.raises(cv2.error):
        cv2.SIFT.create().detectAndCompute(None, None)
    error = cv2_error(BAD_ARGUMENT, "work", "five given, six wanted")
    assert isinstance(error, cv2.error)
    assert vars(error) == {
        "code": -5,
        "func": "work",
        "err": "five given, six wanted",
        "file": "",
        "line": -1,
        "msg": str(error),
    }
    assert "(-5:Bad argument) five given, six wanted in function 'work'" in str(error)


def test_the_class_is_left_alone(create_ours):
    with pytest.raises(cv2.error):
        cv2.SIFT.create().detectAndCompute(None, None)
    before = cv2.error.msg
    with pytest.raises(cv2.error):
        create_ours().detect(np.zeros((5, 5)))
    assert cv2.error.msg == before


@pytest.mark.parametrize(
    "call",
    [
        lambda f, image: f.detectAndCompute(),
        lambda f, image: f.detectAndCompute(image, None, keypoints=f.detect(image)),
        lambda f, image: f.detectAndCompute(image, None, None, False, 1),
        lambda f, image: f.detectAndCompute(image, None, image=image),
        lambda f, image: f.detect(image, None, None),
        lambda f, image: f.detect(image, threshold=1),
        lambda f, image: f.compute(image, [], mask=None),
        lambda f, image: f.write("a.yml", "b", "c"),
        lambda f, image: f.read(file="a.yml"),
    ],
    ids=["none", "keypoints", "five", "twice", "three", "unknown", "mask", "write", "read"],
)
def test_arguments_that_do_not_fit_are_cv2_errors(create, image, call):
    with pytest.raises(cv2.error):
        call(create(), image)


def test_arguments_that_do_not_fit_are_named(create_ours, image):
    with pytest.raises(cv2.error, match=r"'keypoints'.*detectAndCompute.image, mask") as caught:
        create_ours().detectAndCompute(image, None, keypoints=())
    assert (caught.value.code, caught.value.func) == (-5, "detectAndCompute")


@pytest.mark.parametrize("attribute", ["code", "func", "err", "file", "line", "msg"])
def test_sifts_errors_have_the_same_attributes(create, attribute):
    with pytest.raises(cv2.error) as caught:
        create().detectAndCompute(None, None)
    assert hasattr(caught.value, attribute)
