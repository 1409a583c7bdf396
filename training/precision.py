"""bfloat16 or float32: whichever runs the convolutions faster on this processor."""

from __future__ import annotations

import time

import torch
from torch import Tensor, nn

from ssldescriptor.training.models.blocks import conv_block

SETTINGS = ("auto", "yes", "no")
_SPELLINGS = {"true": "yes", "false": "no"}
# bfloat16 costs accuracy: it has to pay.
MIN_GAIN = 1.15


def checked_setting(value: str) -> str:
    """Return "auto", "yes" or "no"; true and false are yes and no.

    Raises:
        ValueError: something else.
    """
    setting = _SPELLINGS.get(value.lower(), value.lower())
    if setting not in SETTINGS:
        raise ValueError(f"bfloat16 is {value!r}; auto, yes or no is wanted")
    return setting


def choose_bfloat16(setting: str) -> tuple[bool, str]:
    """Decide whether convolutions run in bfloat16, and say why in a line.

    Processors with AMX or AVX512-BF16 gain from it; others emulate it and lose.
    """
    if setting != "auto":
        return setting == "yes", f"bfloat16: {setting}, as set"
    float32, bfloat16 = (convolution_time(enabled) for enabled in (False, True))
    chosen = bfloat16 * MIN_GAIN < float32
    return chosen, (
        f"bfloat16: {'yes' if chosen else 'no'}, because a test took "
        f"{1000 * float32:.1f} ms in float32 and {1000 * bfloat16:.1f} ms in bfloat16"
    )


def convolution_time(bfloat16: bool, rounds: int = 3) -> float:
    """Return the seconds that a few convolutions take, there and back; the best of the rounds."""
    with torch.random.fork_rng(devices=[]):
        net = nn.Sequential(conv_block(16, 32, stride=2), conv_block(32, 32), conv_block(32, 48))
        net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        image = torch.randn(8, 16, 96, 96).to(memory_format=torch.channels_last)
    times = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            out: Tensor = net(image)
        out.float().square().mean().backward()  # type: ignore[no-untyped-call]
        times.append(time.perf_counter() - started)
    return min(times[1:])
