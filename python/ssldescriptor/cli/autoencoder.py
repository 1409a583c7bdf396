"""`ssldescriptor train-autoencoder`: the network that `stylize --method wct2` needs."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

from ssldescriptor.cli.arguments import positive
from ssldescriptor.cli.errors import CommandError
from ssldescriptor.cli.outputs import replacing
from ssldescriptor.cli.training_extra import import_training


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "train-autoencoder",
        help="train the network of stylize --method wct2 (needs the extra [train])",
        description="Train a wavelet autoencoder to reconstruct photographs.",
    )
    parser.add_argument(
        "--images", action="append", required=True, metavar="DIR",
        help="folder of photographs, searched recursively; may be repeated",
    )  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--encoder-weights", type=Path, metavar="PTH",
        help="VGG-19 weights in torchvision's layout: the encoder is theirs and only the decoder "
        "is trained; many times slower than the small network of the default",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, default=3000, help="optimizer steps (default 3000)")
    parser.add_argument("--seed", type=int, default=1, help="of weights and crops")
    parser.add_argument("--short-side", type=int, default=480, metavar="PX", help="default 480")
    parser.add_argument("--threads", type=positive, default=1, metavar="N", help="default 1")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Train, and print the path of the autoencoder.

    Raises:
        CommandError: a seed below 0.
    """
    if args.seed < 0:
        raise CommandError(f"--seed is {args.seed}, wanted 0 or more")
    images = import_training("data.images")
    training = import_training("stylization.autoencoder_training")
    files = import_training("stylization.autoencoder_files")
    import_training("stylization.methods").set_threads(args.threads)
    import_training("memory").keep_pages()
    options = training.AutoencoderOptions(steps=args.steps, seed=args.seed)
    with replacing(args.output) as draft:
        model = training.new_autoencoder("vgg" if args.encoder_weights else "small", args.seed)
        if args.encoder_weights:
            files.load_vgg19(args.encoder_weights, model)
        photos = images.load_images(images.find_images(args.images), args.short_side)
        for file in photos.rejected:
            print(f"left out: {file}", file=sys.stderr)
        training.train_autoencoder(
            model, photos.images, options, lambda step, error: _progress(step, args.steps, error)
        )
        files.save_autoencoder(draft, model)
    print(args.output)


def _progress(step: int, steps: int, error: float) -> None:
    print(f"step {step} of {steps}: {-10 * math.log10(error):.1f} dB", flush=True)
