"""A study in small: every run once, tables, going on, what is refused."""

import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data as photographs

from ssldescriptor.training import ablation
from ssldescriptor.training.ablation import Study, plan_runs, run_study
from ssldescriptor.training.config import dump_config, load_config
from ssldescriptor.training.configs import ABLATION, FOLDER, find_config
from ssldescriptor.training.differences import differences

SMALL = (
    "batch=2", "data.workers=0", "data.pair.size=96", "data.validation_share=0.5",
    "step.keypoints=16", "model.stages=[4,4,8,8,8]", "model.lateral=8", "model.head=8",
    "model.patch=[4,8]", "model.frame=4",
)  # fmt: skip


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Names whose hashes fall on both sides of an even split."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("astronaut", "coffee", "rocket"):
        cv2.imwrite(str(folder / f"{name}.png"), getattr(photographs, name)()[..., ::-1])
    return folder


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("configs")
    (folder / "a.yaml").write_text("step: {temperature: 0.1}\n")
    (folder / "b.yaml").write_text("step: {temperature: 0.2}\n")
    (folder / "same_as_a.yaml").write_text("step: {temperature: 0.1}\n")
    return folder


def small_study(configs: Path, photos: Path, output: Path, *more: str, **changes: object) -> Study:
    values = {"seeds": (1, 2), "steps": 2, "pairs": 1, "overrides": (*SMALL, *more)} | changes
    return Study(configs, (str(photos),), output=output, **values)


@pytest.fixture(scope="module")
def study(configs: Path, photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = small_study(configs, photos, tmp_path_factory.mktemp("study"))
    run_study(study)
    return study


def count_trainings(patch: pytest.MonkeyPatch, study: Study) -> list[tuple[str, bool]]:
    trained = []
    real = ablation.train

    def train(config: object, *, resume: bool) -> Path:
        trained.append((Path(config.output).name, resume))
        return real(config, resume=resume)

    patch.setattr(ablation, "train", train)
    run_study(study)
    return trained


def test_every_configuration_is_scored_with_every_seed(study: Study) -> None:
    content = json.loads((study.output / "ablation.json").read_text())
    assert list(content["scores"]) == ["a", "b", "same_as_a"]
    assert (content["steps"], content["seeds"]) == (2, [1, 2])
    for row in content["scores"].values():
        assert list(row) == ["upright", "turned", "zoomed"]
        assert all(len(cell["values"]) == 2 for cell in row.values())
    text = (study.output / "ablation.md").read_text()
    assert "- steps: `2`\n- seeds: `1 2`\n" in text
    assert text.count("| 2 |") == 3
    page = (study.output / "ablation.html").read_text()
    assert page.count("<tr><td>") - len(text.split("## Settings")[1].strip().splitlines()) == 3
    assert "<b>" in page


def test_equal_settings_are_trained_once(study: Study) -> None:
    content = json.loads((study.output / "ablation.json").read_text())["scores"]
    assert content["a"] == content["same_as_a"]
    assert {path.name for path in study.output.iterdir() if path.is_dir()} == {
        "a-seed1", "a-seed2", "b-seed1", "b-seed2",
    }  # fmt: skip


def test_finished_runs_are_kept(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (study.output / "ablation.json").read_text()
    assert count_trainings(monkeypatch, study) == []
    assert (study.output / "ablation.json").read_text() == before


def test_an_unfinished_run_goes_on(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a kill between the last checkpoint and the scores."""
    before = (study.output / "ablation.json").read_text()
    (study.output / "b-seed2" / "scores.json").unlink()
    assert count_trainings(monkeypatch, study) == [("b-seed2", True)]
    assert (study.output / "ablation.json").read_text() == before


def test_other_settings_in_the_same_folder_are_refused(study: Study, photos: Path) -> None:
    other = small_study(study.configs, photos, study.output, "optimizer.clip=1")
    with pytest.raises(ValueError, match=r"optimizer\.clip: 5\.0 -> 1\.0"):
        run_study(other)


def test_sequences_are_scored_as_well(
    study: Study, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "v_test_coffee"
    folder.mkdir()
    image = photographs.coffee()[..., ::-1]
    cv2.imwrite(str(folder / "1.png"), image[:300, :400])
    cv2.imwrite(str(folder / "2.png"), image[7:307, 12:412])
    np.savetxt(folder / "H_1_2", [[1, 0, -12], [0, 1, -7], [0, 0, 1]])
    more = small_study(study.configs, photos, study.output, sequences=tmp_path, seeds=(1,))
    # Finished runs are scored again, not trained again.
    assert count_trainings(monkeypatch, more) == []
    scores = json.loads((study.output / "ablation.json").read_text())["scores"]
    assert 0.2 < scores["a"]["v_test"]["mean"] <= 1


def test_all_runs_differ_in_what_they_compare_alone(configs: Path, photos: Path) -> None:
    runs = plan_runs(small_study(configs, photos, Path("out"), steps=7, seeds=(3, 4)))
    assert [(run.name, run.seed) for run in runs] == [
        ("a", 3), ("b", 3), ("same_as_a", 3), ("a", 4), ("b", 4), ("same_as_a", 4),
    ]  # fmt: skip
    assert all((r.config.steps, r.config.seed) == (7, r.seed) for r in runs)
    assert all(r.config.bfloat16 == "no" for r in runs)
    assert [r.config.step.temperature for r in runs[:2]] == [0.1, 0.2]


def test_any_character_may_be_in_a_path(configs: Path, photos: Path, tmp_path: Path) -> None:
    named = replace(small_study(configs, photos, tmp_path / "😀𠮷"), images=("a😀/é𠮷",))
    config = plan_runs(named)[0].config
    assert config.data.images == ["a😀/é𠮷"]
    assert Path(config.output) == tmp_path / "😀𠮷" / "a-seed1"
    assert differences(dump_config(config), dump_config(config)) == []


def test_what_cannot_be_compared_is_refused(configs: Path, photos: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="--configs"):
        run_study(small_study(tmp_path, photos, tmp_path / "out"))
    with pytest.raises(ValueError, match="no photograph is kept out"):
        run_study(small_study(configs, photos, tmp_path / "out", "data.validation_share=0"))
    (tmp_path / "a.yaml").write_text("data: {short_side: 400}\n")
    (tmp_path / "b.yaml").write_text("data: {short_side: 300}\n")
    with pytest.raises(ValueError, match="b and a keep other photographs out"):
        run_study(small_study(tmp_path, photos, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_files_that_a_later_run_lacks_are_told_before_the_first(
    configs: Path, photos: Path, tmp_path: Path
) -> None:
    def refused(error: type[Exception], message: str, *more: str, **changes: object) -> None:
        with pytest.raises(error, match=message):
            run_study(small_study(configs, photos, tmp_path / "out", *more, **changes))
        assert not (tmp_path / "out").exists()

    configs = tmp_path / "configs"
    configs.mkdir()
    (configs / "a.yaml").write_text("")
    (configs / "b.yaml").write_text("data: {pair: {stylized_share: 0.5}}\n")
    (tmp_path / "empty").mkdir()
    refused(ValueError, r"b: stylized_share is 0\.5 but there are no .*in data\.stylized")
    nowhere, empty = (f"data.stylized={tmp_path / name}" for name in ("nowhere", "empty"))
    refused(FileNotFoundError, r"b: data\.stylized: no such folder", nowhere)
    refused(FileNotFoundError, r"b: data\.stylized: no photograph", empty)
    (configs / "b.yaml").write_text(f"init: {tmp_path}/gone.pt\n")
    refused(FileNotFoundError, r"b: init: no such file: .*gone\.pt")
    sampler = f"{{look_alike_share: 0.5, embeddings: {tmp_path}/gone.npz}}"
    (configs / "b.yaml").write_text(f"data: {{sampler: {sampler}}}\n")
    refused(FileNotFoundError, r"b: data\.sampler\.embeddings: no such file: .*gone\.npz")
    (configs / "b.yaml").write_text("")
    refused(FileNotFoundError, "nosuch", sequences=tmp_path / "nosuch")


@pytest.mark.parametrize(
    ("override", "option"),
    [("steps=7", "--steps"), ("seed=3", "--seeds"), ("output=x", "--output"),
     ("data.images=[x]", "--images")],
)  # fmt: skip
def test_settings_that_have_an_option_are_refused(
    configs: Path, photos: Path, override: str, option: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(override)}: give {option}$"):
        plan_runs(small_study(configs, photos, Path("out"), override))


@pytest.mark.parametrize("path", [*FOLDER.glob("*.yaml"), *ABLATION.glob("*.yaml")], ids=str)
def test_the_configurations_that_come_with_the_package_can_be_read(path: Path) -> None:
    config = load_config(path)
    assert path.read_text().startswith("# ")
    if path.stem in ("tiny", "default", "large"):
        assert config.model.size == path.stem


def test_the_study_of_the_paper_changes_one_thing_at_a_time() -> None:
    def chosen(name: str) -> tuple[str, float, float, float]:
        config = load_config(ABLATION / f"{name}.yaml")
        assert config.step.descriptor_loss == "average_precision"
        pair, share = config.data.pair, config.data.sampler.look_alike_share
        return config.step.negatives, share, pair.photometric, pair.stylized_share

    assert {path.stem: chosen(path.stem) for path in ABLATION.glob("*.yaml")} == {
        "in_pair": ("pair", 0, 1, 0),
        "in_batch": ("batch", 0, 1, 0),
        "in_batch_other": ("other", 0, 1, 0),
        "global": ("batch", 0.5, 1, 0),
        "homography": ("batch", 0, 0, 0),
        "colour": ("batch", 0, 1, 0),
        "stylization": ("batch", 0, 1, 0.5),
    }


def test_configurations_are_found_by_name_or_path(tmp_path: Path) -> None:
    assert find_config("tiny") == FOLDER / "tiny.yaml"
    (tmp_path / "mine.yaml").write_text("")
    assert find_config(tmp_path / "mine.yaml") == tmp_path / "mine.yaml"
    assert load_config(Path("tiny")).model.size == "tiny"
    with pytest.raises(FileNotFoundError, match="'huge' is neither a file nor one of default, l2"):
        find_config("huge")
