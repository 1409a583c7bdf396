"""The patch head's first layer is an ordinary convolution, computed in blocks."""

import torch
from torch.nn import functional

from ssldescriptor.training.models.patch_head import PatchHead


@torch.no_grad()
def test_the_first_layer_is_a_convolution_of_kernels_four_apart() -> None:
    torch.manual_seed(0)
    layer = PatchHead((6, 10), 16).trunk[0][0]
    patches = torch.randn(3, 1, 24, 24)
    wanted = functional.conv2d(patches, layer.weight, stride=4)
    assert wanted.shape == (3, 6, 5, 5)
    torch.testing.assert_close(layer(patches), wanted)
