"""What the tests of collections share: a folder of views of a box, and some files that are none."""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data
from tests.evaluation.box import box_pose, render_box

from ssldescriptor.cli.main import main
from ssldescriptor.collections.engine import LocalEngine
from ssldescriptor.collections.extract import ExtractOptions, extract_collection
from ssldescriptor.collections.match import MatchOptions, match_collection
from ssldescriptor.collections.pairs import PairOptions

NUM_VIEWS = 6
Run = Callable[..., str]


def write_views(folder: Path, count: int) -> list[str]:
    """Write so many views of the box; return their names."""
    coffee = np.ascontiguousarray(data.coffee()[..., ::-1])
    photograph = cv2.resize(coffee, (300, 200))
    folder.mkdir(parents=True)
    for i in range(count):
        cv2.imwrite(str(folder / f"{i}.png"), render_box(photograph, *box_pose(i))[0])
    return [f"{i}.png" for i in range(count)]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with NUM_VIEWS views of the box, their features and all their matches."""
    folder = tmp_path_factory.mktemp("made")
    write_views(folder / "images" / "box", NUM_VIEWS)
    features, matches, engine = folder / "feats.h5", folder / "matches.h5", LocalEngine(1)
    extract_collection(folder / "images", features, ExtractOptions(nfeatures=600), engine)
    selection = PairOptions(("exhaustive",))
    match_collection(features, matches, MatchOptions(ratio=0.8), selection, engine)
    return folder


@pytest.fixture
def box(made: Path, tmp_path: Path) -> Path:
    """The views, in a subfolder "box"."""
    return Path(shutil.copytree(made / "images", tmp_path / "images"))


@pytest.fixture
def features(made: Path, tmp_path: Path) -> Path:
    """Their features, extract --nfeatures 600."""
    return Path(shutil.copy(made / "feats.h5", tmp_path))


@pytest.fixture
def matches(made: Path, tmp_path: Path) -> Path:
    """Their matches, match-pairs --select exhaustive --ratio 0.8."""
    return Path(shutil.copy(made / "matches.h5", tmp_path))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; return what it printed, on either stream."""

    def call(*arguments: object, code: int = 0) -> str:
        assert main([str(argument) for argument in arguments]) == code, capsys.readouterr().err
        printed = capsys.readouterr()
        return printed.out + printed.err

    return call
