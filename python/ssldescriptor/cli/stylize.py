"""`ssldescriptor stylize`: photographs in another weather, season or hour."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ssldescriptor.cli.errors import CommandError
from ssldescriptor.cli.outputs import check_image_name
from ssldescriptor.cli.training_extra import import_training
from ssldescriptor.decoding import silent_decoders


def add_parser(commands: Any) -> None:
    """Declare the command's arguments."""
    parser = commands.add_parser(
        "stylize",
        help="make stylized copies of photographs to train on (needs the extra [train])",
        description="Make copies of photographs that look as another photograph does, pixel by "
        "pixel in place. Copies that are there already are kept, so an interrupted run goes on. "
        "Train with data.stylized=OUT data.pair.stylized_share=0.5.",
    )
    for name, what in (("--images", "photographs"), ("--styles", "photographs whose look to give")):
        parser.add_argument(
            name, action="append", required=True, metavar="DIR",
            help=f"folder of {what}, searched recursively; may be repeated",
        )  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="folder of the copies")
    parser.add_argument(
        "--method",
        choices=["transport", "wct2"],
        default="transport",
        help="colour transport (default), or WCT2, which needs --autoencoder",
    )
    parser.add_argument(
        "--autoencoder", type=Path, metavar="FILE", help="made by train-autoencoder, for wct2"
    )
    parser.add_argument("--copies", type=int, default=1, metavar="K", help="of each photograph")
    parser.add_argument("--seed", type=int, default=1, help="of the choice of styles")
    parser.add_argument(
        "--short-side", type=int, default=480, metavar="PX",
        help="of the copies at most; the same as data.short_side of the training (default 480)",
    )  # fmt: skip
    parser.add_argument(
        "--sheet", type=Path, metavar="PICTURE", help="write a sheet of examples of all methods"
    )
    parser.add_argument("--rows", type=int, default=8, metavar="N", help="of the sheet (default 8)")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="of wct2 (default 1)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Make the copies, the sheet, or both, and say what was made, kept and left out."""
    _check(args)
    images = import_training("data.images")
    methods = import_training("stylization.methods")
    paths = images.find_images(args.images)
    names = images.relative_names(paths, args.images)
    styles = import_training("stylization.styles").Styles(
        images.find_images(args.styles, "--styles"), args.short_side, args.seed
    )
    methods.set_threads(args.threads)
    if args.output:
        with silent_decoders():
            outcome = import_training("stylization.folder").stylize_folder(
                paths,
                names,
                styles,
                args.output,
                {args.method: methods.make_stylizer(args.method, args.autoencoder)},
                copies=args.copies,
                short_side=args.short_side,
                report=lambda count, so_far: _progress(count, len(paths), so_far),
            )
        for file in [*outcome.rejected, *styles.rejected.values()]:
            print(f"left out: {file}", file=sys.stderr)
        print(
            f"{outcome.made} copies made, {outcome.kept} kept, {len(outcome.rejected)} photographs "
            f"and {len(styles.rejected)} styles left out"
        )
        if outcome.made:
            print(outcome.edges())
    if args.sheet:
        _write_sheet(args, paths, names, styles)


def _check(args: argparse.Namespace) -> None:
    if not args.output and not args.sheet:
        raise CommandError("nothing to make: give -o OUT, --sheet PICTURE, or both")
    for name in ("copies", "short_side", "rows", "threads"):
        if getattr(args, name) < 1:
            option = name.replace("_", "-")
            raise CommandError(f"--{option} is {getattr(args, name)}, wanted at least 1")
    if args.seed < 0:
        raise CommandError(f"--seed is {args.seed}, wanted 0 or more")
    if args.sheet:
        check_image_name(args.sheet)
    for what, folders in (("photographs", args.images), ("styles", args.styles)):
        for folder in folders if args.output else ():
            if args.output.resolve().is_relative_to(Path(folder).resolve()):
                raise CommandError(
                    f"the copies would be taken for {what}: {args.output} is inside {folder}"
                )


def _progress(count: int, total: int, outcome: Any) -> None:
    if count % 50 == 0 or count == total:
        print(f"{count} of {total} photographs, {outcome.made} copies made", flush=True)


def _write_sheet(args: argparse.Namespace, paths: Any, names: Any, styles: Any) -> None:
    make = import_training("stylization.methods").make_stylizer
    stylizers = {"transport": make("transport")}
    if args.autoencoder or args.method == "wct2":
        stylizers["wct2"] = make("wct2", args.autoencoder)
    sheet = import_training("stylization.contact_sheet").contact_sheet(
        paths, names, styles, stylizers, rows=args.rows, short_side=args.short_side
    )
    import_training("files").write_picture(args.sheet, sheet)
    print(args.sheet)
