"""The autoencoder: structure, learning, files, VGG weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data as photographs
from torch import nn

from ssldescriptor.training.stylization.autoencoder import PLANS, Autoencoder
from ssldescriptor.training.stylization.autoencoder_files import (
    VGG19_PLACES,
    load_autoencoder,
    load_vgg19,
    save_autoencoder,
)
from ssldescriptor.training.stylization.autoencoder_training import (
    AutoencoderOptions,
    new_autoencoder,
    random_crops,
    train_autoencoder,
)
from ssldescriptor.training.stylization.wct2 import wct2


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return np.ascontiguousarray(photographs.astronaut()[..., ::-1])


def test_shapes_and_places(photo: np.ndarray) -> None:
    model = new_autoencoder("small", 1)
    seen: dict[str, tuple] = {}

    def note(place: str, x: torch.Tensor) -> torch.Tensor:
        seen[place] = tuple(x.shape[1:])
        return x

    features, details = model.encode(torch.rand(1, 3, 48, 64), note)
    assert features.shape == (1, 64, 6, 8)
    assert [d[0].shape[1:] for d in details] == [(16, 24, 32), (32, 12, 16), (64, 6, 8)]
    assert seen["level0"] == (16, 48, 64)
    assert seen["detail1.2"] == (32, 12, 16)
    assert len(seen) == 4 + 9
    assert model.decode(features, details).shape == (1, 3, 48, 64)
    with pytest.raises(ValueError, match="unknown plan 'huge'"):
        Autoencoder("huge")


def test_weights_and_crops_are_seeded_and_leave_torchs_generator_alone(photo: np.ndarray) -> None:
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    first, again, other = (new_autoencoder("small", seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.rand(1), wanted)
    name = "encoder.1.0.weight"
    assert torch.equal(first[name], again[name])
    assert not torch.equal(first[name], other[name])
    crops = [random_crops(np.random.default_rng(3), [photo, photo[:20, :30]], 6, 32)] * 2
    assert torch.equal(*crops)
    assert crops[0].shape == (6, 3, 32, 32)
    # RGB, not BGR: the astronaut's picture is redder than blue.
    many = random_crops(np.random.default_rng(0), [photo], 40, 64).mean((0, 2, 3))
    assert many[0] > many[2]


def test_training_lowers_the_error_and_files_keep_the_model(
    photo: np.ndarray, tmp_path: Path
) -> None:
    model = new_autoencoder("small", 1)
    picture = torch.from_numpy(photo[:128, :128, ::-1].copy()).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        before = (model(picture) - picture).square().mean().item()
    reported = []
    options = AutoencoderOptions(steps=15, batch=2, crop=32)
    last = train_autoencoder(model, [photo], options, lambda *args: reported.append(args))
    assert reported == [(15, last)]
    with torch.no_grad():
        after = (model(picture) - picture).square().mean().item()
    assert after < 0.9 * before
    path = tmp_path / "deep" / "a.pt"
    save_autoencoder(path, model)
    assert [p.name for p in path.parent.iterdir()] == ["a.pt"]
    with torch.no_grad():
        assert torch.equal(load_autoencoder(path)(picture), model(picture))


def test_options_and_a_loss_that_is_not_finite_are_refused(photo: np.ndarray) -> None:
    with pytest.raises(ValueError, match="crop is 20"):
        AutoencoderOptions(crop=20)
    with pytest.raises(ValueError, match="steps 0"):
        AutoencoderOptions(steps=0)
    model = new_autoencoder("small", 1)
    nn.init.constant_(model.encoder[0][0].weight, float("nan"))
    with pytest.raises(FloatingPointError, match="step 1: the loss is nan"):
        train_autoencoder(model, [photo], AutoencoderOptions(steps=2, crop=16), lambda *_: None)


def test_foreign_and_damaged_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    with pytest.raises(FileNotFoundError, match="no such file"):
        load_autoencoder(path)
    path.write_bytes(b"?")
    with pytest.raises(ValueError, match="cannot read"):
        load_autoencoder(path)
    torch.save({"model": 1}, path)
    with pytest.raises(ValueError, match="no autoencoder of"):
        load_autoencoder(path)


def vgg_weights() -> dict[str, torch.Tensor]:
    """Random weights in torchvision's layout, built here without the package's own table."""
    layers: list[nn.Module] = []
    given = 3
    for entry in (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512):
        layers += [nn.MaxPool2d(2)] if not entry else [nn.Conv2d(given, entry, 3), nn.ReLU()]
        given = entry or given
    weights = nn.Sequential(*layers).state_dict()
    return {f"features.{key}": value for key, value in weights.items()}


@pytest.fixture(scope="module")
def vgg_model() -> Autoencoder:
    return new_autoencoder("vgg", 1)


def test_vgg_weights_go_where_they_belong_and_stay(vgg_model: Autoencoder, tmp_path: Path) -> None:
    weights = vgg_weights()
    torch.save(weights | {"classifier.0.weight": torch.zeros(2)}, tmp_path / "vgg.pth")
    load_vgg19(tmp_path / "vgg.pth", vgg_model)
    flat = [convolution for level in vgg_model.encoder for convolution in level]
    assert len(flat) == len(VGG19_PLACES) == sum(map(len, PLANS["vgg"]))
    for place, convolution in zip(VGG19_PLACES, flat, strict=True):
        assert torch.equal(convolution.weight, weights[f"features.{place}.weight"])
        assert torch.equal(convolution.bias, weights[f"features.{place}.bias"])
    assert not any(p.requires_grad for p in vgg_model.encoder.parameters())
    assert all(p.requires_grad for p in vgg_model.decoder.parameters())


def test_vgg_weights_that_do_not_fit_are_named(vgg_model: Autoencoder, tmp_path: Path) -> None:
    path = tmp_path / "vgg.pth"
    weights = vgg_weights()
    torch.save({k: v for k, v in weights.items() if k != "features.5.bias"}, path)
    with pytest.raises(ValueError, match=r"no tensor 'features\.5\.bias'"):
        load_vgg19(path, vgg_model)
    torch.save(weights | {"features.2.weight": torch.zeros(8, 64, 3, 3)}, path)
    with pytest.raises(ValueError, match=r"features\.2\.weight is \(8, 64, 3, 3\), wanted"):
        load_vgg19(path, vgg_model)
    torch.save([1, 2], path)
    with pytest.raises(ValueError, match="no weights by name"):
        load_vgg19(path, vgg_model)
    torch.save(weights, path)
    with pytest.raises(ValueError, match="plan 'vgg', not 'small'"):
        load_vgg19(path, new_autoencoder("small", 1))


def test_wct2_keeps_any_size_and_takes_the_styles_colours(photo: np.ndarray) -> None:
    model = new_autoencoder("small", 1)
    content, style = photo[:101, :147], np.ascontiguousarray(photo[200:300, 200:283] // 3)
    result = wct2(model, content, style)
    assert result.shape == content.shape
    assert result.dtype == np.uint8
    assert abs(float(result.mean()) - float(style.mean())) < 0.5 * abs(
        float(content.mean()) - float(style.mean())
    )
