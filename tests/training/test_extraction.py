"""Features in torch equal those of the package on the exported file."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data as photographs

from ssldescriptor import _core
from ssldescriptor.features import FeatureExtractor
from ssldescriptor.options import FeatureOptions
from ssldescriptor.training.checkpoint import save_checkpoint
from ssldescriptor.training.config import dump_config, load_config
from ssldescriptor.training.export import export
from ssldescriptor.training.extraction import extractor
from ssldescriptor.training.models.registry import L2NetModel, Model, make_model

NARROW = ["model.stages=[4,4,8,8,8]", "model.lateral=8", "model.head=8", "model.patch=[4,8]"]
GRAY = np.ascontiguousarray(cv2.cvtColor(photographs.astronaut(), cv2.COLOR_RGB2GRAY)[60:260, 80:])


def make(*overrides: str) -> tuple[Model, str]:
    config = load_config(None, [*NARROW, *overrides])
    torch.manual_seed(0)
    return make_model(config.model), dump_config(config)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Path]:
    model, config = make()
    folder = tmp_path_factory.mktemp("model")
    state = {"model": model.state_dict(), "config": config, "step": 0}
    save_checkpoint(folder / "last.pt", state)
    export(folder / "last.pt", folder / "m.onnx")
    return model, folder / "m.onnx"


@pytest.mark.parametrize("upright", [False, True])
def test_features_equal_those_of_the_exported_model(
    exported: tuple[Model, Path], upright: bool
) -> None:
    model, path = exported
    package = FeatureExtractor(FeatureOptions(path, upright, num_threads=1))
    wanted = package.detect(GRAY, max_keypoints=50)
    xy, rows = extractor(model, upright=upright)(GRAY, 50)
    np.testing.assert_allclose(xy, wanted.xy, atol=0.02)
    # An angle between two equal directions may fall either way.
    close = np.abs(rows - package.describe(GRAY, wanted)).max(1) < 1e-3
    assert close.mean() > 0.9


def test_the_reference_describes_every_keypoint() -> None:
    model, _ = make("model.architecture=l2net", "model.l2net=4", "model.dim=16")
    xy, rows = extractor(model)(GRAY, 40)
    assert xy.shape == (40, 2)
    assert rows.shape == (40, 16)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-5)
    # One at a time, through the whole map.
    assert isinstance(model, L2NetModel)
    model.eval()
    with torch.no_grad():
        whole = model.l2net(torch.from_numpy(_core.local_contrast(GRAY))[None, None])[0]
    x, y = np.floor(xy[0]).astype(int)
    corners = whole[:, y : y + 2, x : x + 2].numpy()
    fx, fy = xy[0] - (x, y)
    raw = corners @ [1 - fx, fx] @ [1 - fy, fy]
    np.testing.assert_allclose(rows[0], raw / np.linalg.norm(raw), atol=1e-4)


def test_a_blank_image_has_no_features() -> None:
    blank = np.full((80, 90), 7, np.uint8)
    for model, _ in (make(), make("model.architecture=l2net", "model.l2net=2")):
        xy, rows = extractor(model)(blank, 20)
        assert xy.shape == (0, 2)
        assert rows.shape == (0, 128)


def test_a_model_goes_on_training_afterwards() -> None:
    model, _ = make()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    extractor(model.train())(GRAY, 10)
    assert all(module.training for module in model.modules())
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_the_reference_is_not_exported(tmp_path: Path) -> None:
    model, config = make("model.architecture=l2net", "model.l2net=2")
    state = {"model": model.state_dict(), "config": config, "step": 0}
    save_checkpoint(tmp_path / "last.pt", state)
    with pytest.raises(ValueError, match=r"'l2net'.*the package runs 'geometric' only"):
        export(tmp_path / "last.pt", tmp_path / "m.onnx")
    assert not (tmp_path / "m.onnx").exists()
