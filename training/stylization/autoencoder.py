"""The wavelet autoencoder of WCT2: what its encoder throws away its decoder is handed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ssldescriptor.training.stylization.haar import Details, haar_pool, haar_unpool

# Channels of the convolutions of each level; between levels the picture is halved. `vgg` is VGG-19
# (Simonyan & Zisserman, 2015) up to its ninth convolution, as in WCT2.
PLANS: dict[str, tuple[tuple[int, ...], ...]] = {
    "small": ((16, 16), (32, 32), (64, 64), (64,)),
    "vgg": ((64, 64), (128, 128), (256, 256, 256, 256), (512,)),
}
# What the usual VGG weights expect of RGB in 0..1; harmless to others.
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)

# Share of random weights at the start, beside the identity.
NOISE = 0.1

# (name of the place, features) -> features to go on with.
Change = Callable[[str, Tensor], Tensor]


def keep(place: str, features: Tensor) -> Tensor:
    """Change nothing."""
    del place
    return features


class Autoencoder(nn.Module):
    """Encoder with wavelet pooling and its mirror image.

    Args:
        plan: name of the channels, see PLANS.

    Raises:
        ValueError: unknown plan.
    """

    def __init__(self, plan: str = "small") -> None:
        super().__init__()
        if plan not in PLANS:
            raise ValueError(f"unknown plan {plan!r}, there are {', '.join(PLANS)}")
        self.plan = plan
        levels = PLANS[plan]
        given = (3, *(level[-1] for level in levels[:-1]))
        self.encoder = nn.ModuleList(
            _convolutions(n, c) for n, c in zip(given, levels, strict=True)
        )
        self.decoder = nn.ModuleList(
            _convolutions(c[-1], (*c[-2::-1], n)) for n, c in zip(given, levels, strict=True)
        )

        self._start_near_identity()

    @torch.no_grad()
    def _start_near_identity(self) -> None:
        """Pass the picture on from the start, as its positive and its negative part.

        With torch's own start the signal fades over the fourteen layers: a thousand steps did not
        reach a reconstruction of 21 dB.
        """
        encoders, decoders = convolutions_of(self.encoder), convolutions_of(self.decoder)
        for convolution in (*chain(*encoders), *chain(*decoders)):
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
            nn.init.zeros_(cast(Tensor, convolution.bias))
            weight = convolution.weight.mul_(NOISE)
            for channel in range(min(weight.shape[:2])):
                weight[channel, channel, 1, 1] += 1
        first, last = encoders[0][0].weight, decoders[0][-1].weight
        for channel in range(3):
            first[3 + channel, channel, 1, 1] -= 1
            last[channel, 3 + channel, 1, 1] -= 1

    @property
    def factor(self) -> int:
        """What the sides of a picture must be a multiple of."""
        return int(2 ** (len(self.encoder) - 1))

    def encode(self, picture: Tensor, change: Change = keep) -> tuple[Tensor, list[Details]]:
        """Return the deepest features and the details left out at each halving.

        Args:
            picture: (B, 3, H, W) RGB in 0..1, sides a multiple of `factor`.
            change: called with the features after the first convolution of each level ("level0",
                ...) and with each detail ("detail0.0", ...); the encoder goes on with what it
                returns.
        """
        x = (picture - _per_channel(MEAN)) / _per_channel(DEVIATION)
        details: list[Details] = []
        for number, level in enumerate(convolutions_of(self.encoder)):
            for position, convolution in enumerate(level):
                x = functional.relu(convolution(x))
                x = change(f"level{number}", x) if position == 0 else x
            if number + 1 < len(self.encoder):
                x, parts = haar_pool(x)
                a, b, c = (change(f"detail{number}.{i}", part) for i, part in enumerate(parts))
                details.append((a, b, c))
        return x, details

    def decode(self, features: Tensor, details: list[Details]) -> Tensor:
        """Return the picture (B, 3, H, W), RGB, of what `encode` returned."""
        x = features
        levels = convolutions_of(self.decoder)
        for number in reversed(range(len(levels))):
            for position, convolution in enumerate(levels[number]):
                last = number == 0 and position + 1 == len(levels[number])
                x = convolution(x) if last else functional.relu(convolution(x))
            if number > 0:
                x = haar_unpool(x, details[number - 1])
        return x * _per_channel(DEVIATION) + _per_channel(MEAN)

    def forward(self, picture: Tensor) -> Tensor:
        """Return the picture as the autoencoder sees it."""
        return self.decode(*self.encode(picture))


def convolutions_of(half: nn.ModuleList) -> list[list[nn.Conv2d]]:
    """Return the convolutions of the encoder or the decoder, level by level."""
    return [list(cast(nn.ModuleList, level)) for level in half]  # type: ignore[arg-type]


def _convolutions(given: int, channels: tuple[int, ...]) -> nn.ModuleList:
    layers = []
    for wanted in channels:
        layer = nn.Conv2d(given, wanted, 3, padding=1, padding_mode="reflect")
        layers.append(layer)
        given = wanted
    return nn.ModuleList(layers)


def _per_channel(values: tuple[float, float, float]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)
