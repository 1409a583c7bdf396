"""Settings: what is unknown, of the wrong type or out of range is named in one line."""

from pathlib import Path

import pytest

from ssldescriptor.training.config import dump_config, load_config
from ssldescriptor.training.differences import differences, refuse_another


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("stepz=3", "stepz"),
        ("data.worker=1", "worker"),
        ("data.pair.views.turn=1", "turn"),
        ("steps=many", "many"),
        ("optimizer.learning_rate=fast", "fast"),
        ("data=3", "DataOptions"),
        ("model.stages=[1,2]", "length 2"),
        ("tensorboard=perhaps", "perhaps"),
        ("bfloat16=perhaps", "bfloat16 is 'perhaps'; auto, yes or no"),
        ("steps=0", "steps is 0"),
        ("batch=-1", "batch is -1"),
        ("validate_every=-1", "validate_every is -1"),
        ("optimizer.ema=1", "optimizer.ema is 1"),
        ("seed=-1", "seed is -1"),
        ("data.validation_share=1", "validation_share is 1"),
        ("data.pair.size=100", "data.pair.size is 100; a multiple of 32"),
        ("data.pair.photometric=2", "data.pair.photometric is 2"),
        ("data.pair.stylized_share=-1", "stylized_share is -1"),
        ("data.pair.views.zoom=[2,1]", r"views\.zoom is .*2.*1.*low <= high"),
        ("data.pair.views.perspective=0.8", r"views\.perspective is 0\.8"),
        ("data.pair.views.relative_zoom=0.5", r"views\.relative_zoom is 0\.5"),
        ("data.pair.views.stretch=0.5", r"views\.stretch is 0\.5"),
        ("data.pair.views.turned_share=2", r"views\.turned_share is 2"),
    ],
)
def test_a_bad_setting_is_named(setting: str, named: str) -> None:
    with pytest.raises(ValueError, match=named) as caught:
        load_config(None, [setting])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "named"), [("steps: [", "no YAML"), ("- 1\n- 2\n", "mapping"), ("a: 1", "'a'")]
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ValueError, match=named) as caught:
        load_config(tmp_path / "c.yaml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"c\.yaml"):
        load_config(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    ("given", "meant"),
    [("true", "yes"), ("false", "no"), ("yes", "yes"), ("no", "no"), ("auto", "auto")],
)
def test_bfloat16_takes_old_and_new_values(tmp_path: Path, given: str, meant: str) -> None:
    assert load_config(None, [f"bfloat16={given}"]).bfloat16 == meant
    (tmp_path / "c.yaml").write_text(f"bfloat16: {given}\n")
    config = load_config(tmp_path / "c.yaml")
    assert config.bfloat16 == meant
    (tmp_path / "d.yaml").write_text(dump_config(config))
    assert load_config(tmp_path / "d.yaml") == config


def test_differences_name_the_settings_alone() -> None:
    was, now = load_config(None, ["seed=3"]), load_config(None, ["data.images=[a]", "model.dim=64"])
    assert differences(dump_config(was), dump_config(now)) == [
        "data.images: [] -> ['a']",
        "model.dim: 128 -> 64",
        "seed: 3 -> 1",
    ]


def test_settings_that_a_checkpoint_does_not_name_are_the_defaults() -> None:
    assert differences("bfloat16: true\n", dump_config(load_config(None, ["bfloat16=yes"]))) == []


def test_a_setting_that_is_gone_is_named() -> None:
    with pytest.raises(ValueError, match="colour"):
        refuse_another("colour: 1\n", load_config(None))


def test_only_what_makes_the_model_is_refused() -> None:
    was = dump_config(load_config(None, ["output=a", "threads=2", "data.workers=3"]))
    with pytest.raises(ValueError, match="validation_pairs: 20 -> 5"):  # other scores, other best
        refuse_another(was, load_config(None, ["validation_pairs=5"]))
    refuse_another(was, load_config(None))
    with pytest.raises(ValueError, match=r"\(was -> now\): batch: 10 -> 4$"):
        refuse_another(was, load_config(None, ["batch=4"]))


def test_a_folder_of_copies_that_nobody_sees_may_change() -> None:
    was = dump_config(load_config(None))
    refuse_another(was, load_config(None, ["data.stylized=copies"]))
    shown = ["data.pair.stylized_share=0.5"]
    with pytest.raises(ValueError, match=r"now\): data\.stylized: '' -> 'copies'$"):
        refuse_another(
            dump_config(load_config(None, shown)),
            load_config(None, [*shown, "data.stylized=copies"]),
        )
