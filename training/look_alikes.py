"""The plan of batches of look-alikes: which photographs look alike to the model as it is now."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ssldescriptor.training.config import TrainConfig
from ssldescriptor.training.data.images import Photographs
from ssldescriptor.training.data.sampler import LookAlikes, SamplerOptions, compose_batch
from ssldescriptor.training.distributed import from_main, is_main
from ssldescriptor.training.embeddings import load_embeddings
from ssldescriptor.training.extraction import extractor
from ssldescriptor.training.global_descriptors import gem, learn_centres, vlad
from ssldescriptor.training.global_index import nearest_photographs
from ssldescriptor.training.local_features import LocalFeatures, local_features
from ssldescriptor.training.models.registry import Model
from ssldescriptor.training.overlap import verify_overlaps
from ssldescriptor.training.table import Table
from ssldescriptor.training.validation import Extract

FloatArray = NDArray[np.float32]


class LookAlikePlan:
    """A `Plan` of batches of photographs that look alike, looked up again every so often.

    Attributes:
        found: what is known now; None before the first look.
    """

    def __init__(
        self,
        images: Sequence[NDArray[np.uint8]],
        options: SamplerOptions,
        batch: int,
        seed: int,
        log: Path,
        embeddings: FloatArray | None = None,
    ) -> None:
        """Keep what look-alikes are found with.

        Args:
            images: photographs, (H, W, 3) uint8 BGR.
            options: how they are found.
            batch: pairs a step.
            seed: of k-means and of the batches.
            log: .csv file that gets a row at each refresh.
            embeddings: (N, D) float32 unit rows to use in place of own global descriptors.
        """
        self.images, self.options, self.batch, self.seed = images, options, batch, seed
        self.log, self.embeddings = log, embeddings
        self.found: LookAlikes | None = None
        self._table: Table | None = None

    def prepare(self, model: nn.Module, step: int) -> int:
        """Look for look-alikes where it is time, once for all ranks; return when it is again.

        That is before the first step and at every multiple of `refresh`.
        """
        assert isinstance(model, Model)
        every = self.options.refresh
        if self.found is None or step % every == 0:
            found = self.look(extractor(model), step) if is_main() else None
            self.found = from_main(found)
        return (step // every + 1) * every

    def look(self, extract: Extract, step: int) -> LookAlikes:
        """Find neighbours and overlaps; overlaps that were verified before stay so."""
        started = time.monotonic()
        known = np.empty((0, 2), np.int32) if self.found is None else self.found.overlaps
        features = [local_features(extract, image, self.options) for image in self.images]
        rows = self.embeddings
        if rows is None:
            rows = global_rows(features, self.options, self.seed)
        neighbours = nearest_photographs(rows, self.options.neighbours)
        overlaps = verify_overlaps(features, neighbours, known, self.options.min_inliers)
        self._report(step, len(overlaps), time.monotonic() - started)
        return LookAlikes(neighbours, overlaps)

    def _report(self, step: int, overlaps: int, seconds: float) -> None:
        if self._table is None:
            self._table = Table(self.log, step - 1)
        found = {"photographs": len(self.images), "overlaps": overlaps, "seconds": seconds}
        self._table.add(step, found)
        print(
            f"step {step}: looked for look-alikes of {len(self.images)} photographs in "
            f"{seconds:.0f} s; {overlaps} pairs overlap and never share a batch",
            flush=True,
        )

    def items(self, step: int) -> list[tuple[int, int]]:
        """Return the (item, photograph) of every pair of a step, of all ranks together."""
        assert self.found is not None
        share = self.options.look_alike_share
        photos = compose_batch(self.found, self.seed, step, self.batch, share)
        return list(enumerate(photos, step * self.batch))

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Return what a checkpoint keeps, so that a run goes on with the same look-alikes."""
        if self.found is None:
            return {}
        return {
            "neighbours": torch.from_numpy(self.found.neighbours),
            "overlaps": torch.from_numpy(self.found.overlaps),
        }

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        """Take what `state_dict` returned.

        Raises:
            ValueError: it is of another number of photographs.
        """
        if not state:
            return
        neighbours, overlaps = state["neighbours"].numpy(), state["overlaps"].numpy()
        if len(neighbours) != len(self.images):
            raise ValueError(
                f"the checkpoint knows the look-alikes of {len(neighbours)} photographs; "
                f"there are {len(self.images)} now"
            )
        self.found = LookAlikes(neighbours, overlaps)


def plan_look_alikes(config: TrainConfig, photos: Photographs) -> LookAlikePlan | None:
    """Return the plan that a configuration wants; None where photographs are drawn at random.

    Raises:
        FileNotFoundError, ValueError: see `load_embeddings`.
    """
    options = config.data.sampler
    if options.look_alike_share == 0:
        return None
    embeddings = None
    if options.embeddings:
        embeddings = load_embeddings(Path(options.embeddings), photos.paths)
    log = Path(config.output) / "look_alikes.csv"
    return LookAlikePlan(photos.images, options, config.batch, config.seed, log, embeddings)


def global_rows(
    features: Sequence[LocalFeatures], options: SamplerOptions, seed: int
) -> FloatArray:
    """Pool the local descriptors of each photograph: (N, D) float32 unit rows."""
    if options.pooling == "gem":
        return np.stack([gem(f.rows.astype(np.float32)) for f in features])
    centres = learn_centres([f.rows for f in features], options.centres, seed)
    return np.stack([vlad(f.rows.astype(np.float32), centres) for f in features])
