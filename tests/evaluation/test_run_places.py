"""`ssldescriptor evaluate places` on parts of three photographs."""

import json
import pickle
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from skimage import data

from ssldescriptor.cli.main import main
from ssldescriptor.evaluation.extracted import Features, no_features
from ssldescriptor.evaluation.runs import places_ranking
from ssldescriptor.evaluation.runs.places import PlacesConfig, evaluate_places
from ssldescriptor.evaluation.tasks.places import rerank, vocabulary

PLACES = ("coffee", "astronaut", "chelsea")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("left", "right", "words"):
        (tmp_path / folder).mkdir()
    for i, name in enumerate(PLACES):
        image = cv2.resize(np.ascontiguousarray(getattr(data, name)()[..., ::-1]), (300, 200))
        cv2.imwrite(str(tmp_path / "left" / f"{10 * i:04}.png"), image[:-6, :-9])
        cv2.imwrite(str(tmp_path / "right" / f"{10 * i:04}.png"), image[6:, 9:] // 4 * 3)
    cv2.imwrite(str(tmp_path / "words" / "a.png"), cv2.resize(data.camera(), (300, 300)))
    return tmp_path


def run(root: Path, *arguments: object, words: Path | None = None) -> dict[str, Any]:
    settings = ["--num-words", 4, "--keypoints", 200, "--num-threads", 1, "-o", root / "out"]
    chosen = ["--data", root, "--vocabulary", words or root / "words", *settings, *arguments]
    assert main(["evaluate", "places", *map(str, chosen)]) == 0
    return json.loads((root / "out" / "results.json").read_text())


def test_places_are_found_again(root: Path) -> None:
    sides = ["--database", "left", "--queries", "right"]
    results = run(root, *sides, "--methods", "sift", "orb", "--rerank", 2)
    assert set(results["scores"]) == {"SIFT", "SIFT, re-ranked", "ORB", "ORB, re-ranked"}
    for name in ("SIFT, re-ranked", "ORB, re-ranked"):
        assert results["scores"][name]["recall_5"] == 1
        assert results["scores"][name]["recall_1"] >= 2 / 3
        assert results["scores"][name]["num_queries"] == 3
    assert results["failures"] == []
    assert "| ORB, re-ranked |" in (root / "out" / "results.md").read_text()


def test_words_are_learnt_from_the_vocabulary_though_names_are_those_of_the_test(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    sides = ["--database", "left", "--queries", "right", "--methods", "sift"]
    found = []
    for folder in ("left", "of another name"):
        (elsewhere / folder).mkdir()
        for i in range(len(PLACES)):  # named as the images of the test
            picture = np.roll(cv2.resize(data.camera(), (300, 200)), 40 * i, 1)
            cv2.imwrite(str(elsewhere / folder / f"{10 * i:04}.png"), picture)
        run(root, *sides, "--fresh", words=elsewhere / folder)
        found.append(len(list((root / "out" / "features").rglob("*.npz"))))
    assert found == [9, 9]


def test_what_shows_nothing_is_ranked_last(root: Path) -> None:
    cv2.imwrite(str(root / "left" / "0005.png"), np.full((200, 300, 3), 90, np.uint8))
    config = PlacesConfig(
        data=str(root),
        output=str(root / "out"),
        vocabulary=str(root / "words"),
        database="left",
        queries="right",
        methods=("sift",),
        num_words=4,
        num_threads=1,
    )
    orders = []
    real = places_ranking._own_orders

    def watched(*arguments: Any) -> Any:
        orders.extend(found := real(*arguments))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places_ranking, "_own_orders", watched)
        evaluate_places(config)
    assert len(orders) == 3
    assert all(order[-1] == 1 for order in orders)  # 0000, 0005, 0010, 0020


def test_asmk_ranks_places_too(root: Path) -> None:
    pytest.importorskip("asmk")
    sides = ["--database", "left", "--queries", "right"]
    results = run(root, *sides, "--methods", "sift", "--aggregation", "asmk", "--num-words", 16)
    assert results["scores"]["SIFT"]["recall_1"] >= 2 / 3
    assert "(ASMK*, by the package asmk)" in (root / "out" / "results.md").read_text()


def test_a_shortlist_is_reranked(root: Path) -> None:
    names = [f"{10 * i:04}.png" for i in range(3)]
    # Of the first query the right place comes last, of the second it is not listed.
    lines = [f"right/{names[0]} left/{names[i]}" for i in (1, 2, 0)]
    lines += [f"right/{names[1]} left/{names[i]}" for i in (2, 2, 0)]
    (root / "list.txt").write_text("\n".join([*lines, f"right/{names[2]} left/nowhere.png"]))
    settings = ["--data", root, "--shortlist", root / "list.txt", "-o", root / "out"]
    asked = ["--database", "left", "--queries", "right", "--methods", "sift", "--rerank", "3"]
    assert main(["evaluate", "places", *map(str, settings), *asked]) == 0
    results = json.loads((root / "out" / "results.json").read_text())
    assert list(results["scores"]) == ["shortlist", "SIFT, re-ranked"]
    recalls = [[s[f"recall_{n}"] for n in (1, 5)] for s in results["scores"].values()]
    assert recalls == [[0, pytest.approx(1 / 3)], [pytest.approx(1 / 3)] * 2]
    items = [failure["item"] for failure in results["failures"]]
    assert items == ["list.txt, line 7", f"right/{names[2]}"]
    assert "The shortlist was given" in (root / "out" / "results.md").read_text()


def test_a_missing_shortlist_is_named_before_the_work(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ["--data", root, "--shortlist", root / "none.txt", "-o", root / "out"]
    assert main(["evaluate", "places", *map(str, settings), "--rerank", "3"]) == 1
    assert "no shortlist" in capsys.readouterr().err
    assert not (root / "out").exists()


def test_a_shortlist_of_landmarks(root: Path) -> None:
    (root / "left").rename(root / "jpg")
    for path in (root / "jpg").glob("*.png"):
        cv2.imwrite(str(path.with_suffix(".jpg")), cv2.imread(str(path)))
    answers = [{"bbx": [20, 20, 280, 180], "easy": [0], "hard": [], "junk": []}]
    truth = {"imlist": ["0000", "0010"], "qimlist": ["0000"], "gnd": answers}
    (root / "gnd_roxford5k.pkl").write_bytes(pickle.dumps(truth))
    (root / "list.txt").write_text("jpg/0000 jpg/0010\njpg/0000 jpg/0000\n")
    settings = ["--data", root, "--shortlist", root / "list.txt", "-o", root / "out"]
    asked = ["--methods", "sift", "--rerank", "2"]
    assert main(["evaluate", "places", *map(str, settings), *asked]) == 0
    scores = json.loads((root / "out" / "results.json").read_text())["scores"]
    assert scores["shortlist"]["easy"]["map"] == 0.25
    assert scores["SIFT, re-ranked"]["easy"]["map"] == 1


def test_without_asmk_nothing_is_begun(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "asmk", None)
    arguments = ["--data", root, "--vocabulary", root / "words", "-o", root / "out"]
    asked = ["evaluate", "places", *map(str, arguments), "--aggregation", "asmk"]
    assert main(asked) == 1
    assert "pip install 'ssldescriptor[eval]'" in capsys.readouterr().err
    assert not (root / "out").exists()


def test_an_unknown_aggregation_is_refused() -> None:
    with pytest.raises(ValueError, match="'bow' is unknown; known: vlad, asmk"):
        PlacesConfig(data="a", output="b", vocabulary="c", aggregation="bow")


def test_broken_images_and_methods_are_counted(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "left" / "0000.png").write_bytes(b"no image")
    (root / "right" / "0010.png").write_bytes(b"no image")
    (root / "plugin.py").write_text("def nothing(image, num_keypoints):\n    return None, None\n")
    nothing = f"{root / 'plugin.py'}:nothing"
    sides = ["--database", "left", "--queries", "right"]
    results = run(root, *sides, "--methods", "orb", nothing, "--rerank", 3)
    assert results["scores"]["ORB"]["num_queries"] == 2
    assert results["scores"]["ORB, re-ranked"]["recall_1"] == 0.5
    assert set(results["scores"]) == {"ORB", "ORB, re-ranked"}
    seen = ["left/0010.png", "left/0020.png", "right/0000.png", "right/0020.png"]
    seen.append("vocabulary words/a.png")
    items = [(failure["kind"], failure["item"]) for failure in results["failures"]]
    assert sorted(items) == [
        ("data", "left/0000.png"),
        ("data", "right/0010.png"),
        *[("empty", name) for name in sorted(seen)],
        ("method", "vocabulary"),
    ]
    assert (
        "2 data problems, 1 method failures, 5 images without features" in capsys.readouterr().out
    )


def test_revisited_sets(root: Path) -> None:
    (root / "left").rename(root / "jpg")
    names = ["0000", "0010", "0020"]
    for name in names:
        image = cv2.imread(str(root / "jpg" / f"{name}.png"))
        cv2.imwrite(str(root / "jpg" / f"{name}.jpg"), image)
    answers = [{"bbx": [20, 20, 280, 180], "easy": [i], "hard": [], "junk": []} for i in range(3)]
    truth = {"imlist": names, "qimlist": names, "gnd": answers}
    (root / "gnd_roxford5k.pkl").write_bytes(pickle.dumps(truth))
    scores = run(root, "--methods", "sift", "--rerank", 3)["scores"]["SIFT, re-ranked"]
    assert scores["easy"] == {"map": 1, "mp_1": 1, "mp_5": 1, "mp_10": 1, "num_queries": 3}
    assert scores["hard"]["num_queries"] == 0


def test_without_a_query_there_is_an_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (root / "right").glob("*.png"):
        path.write_bytes(b"")
    arguments = ["--data", root, "--vocabulary", root / "words", "-o", root / "out"]
    sides = ["--database", "left", "--queries", "right", "--methods", "orb"]
    assert main(["evaluate", "places", *map(str, [*arguments, *sides])]) == 1
    assert "no query" in capsys.readouterr().err


def test_reranking_sorts_the_head_only() -> None:
    inliers = {7: 5, 3: 9, 4: 9, 1: 100}
    order = rerank(np.array([7, 3, 4, 1]), 3, lambda item: inliers[item])
    assert order.tolist() == [3, 4, 7, 1]


def test_a_vocabulary_needs_descriptors() -> None:
    with pytest.raises(ValueError, match="no descriptors"):
        vocabulary([no_features()], 2)
    one = Features(np.zeros((9, 2), np.float32), np.eye(9, dtype=np.float32))
    assert vocabulary([no_features(), one], 3, rows_per_image=4).shape == (3, 9)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"num_words": 1}, "num_words=1"),
        ({"rerank": -1}, "rerank=-1"),
        ({"ratio": 2}, "ratio=2"),
        ({"shortlist": "d", "rerank": 5}, "either a vocabulary or a shortlist"),
        ({"vocabulary": ""}, "either a vocabulary or a shortlist"),
        ({"vocabulary": "", "shortlist": "d"}, "rerank=0"),
    ],
)
def test_settings_are_checked(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PlacesConfig(data="a", output="b", **{"vocabulary": "c"} | settings)
