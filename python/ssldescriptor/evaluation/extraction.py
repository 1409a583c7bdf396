"""The first loop of an evaluation: the features of every image by every method."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.methods import Method, no_features
from ssldescriptor.evaluation.progress import progress
from ssldescriptor.evaluation.sources import ImageSource, Prepared, digest
from ssldescriptor.evaluation.store import FeatureStore, Stored


@dataclass
class Extraction:
    """Features by method and image.

    Attributes:
        store: where they are kept.
        failures: takes images that cannot be read ("data"), extractors that crash ("method") and
            images where one finds nothing ("empty").
    """

    store: FeatureStore
    failures: Failures
    _keys: dict[str, str] = field(default_factory=dict)
    _crashed: dict[tuple[str, str], Stored] = field(default_factory=dict)

    def run(self, methods: Sequence[Method], sources: Iterable[ImageSource]) -> None:
        """Extract what is not in the store yet; an image that fails is noted and left out."""
        unique = list({source.name: source for source in sources}.values())
        for source in progress(unique, "features"):
            try:
                key = source.key()
                found = {method: self.store.load(method, key) for method in methods}
                prepared = source.read() if None in found.values() else None
            except (OSError, ValueError, cv2.error) as error:
                self.failures.add("data", source.name, error)
                continue
            self._keys[source.name] = key
            for method, known in found.items():
                stored = known
                if stored is None:
                    assert prepared is not None
                    stored = self._extract(method, source.name, key, prepared)
                if stored is not None and len(stored.features.points) == 0:
                    self.failures.add("empty", source.name, "no features found", method.spec)

    def get(self, method: Method, source: ImageSource) -> Stored | None:
        """Return an image's features, or None if the image could not be read.

        An image on which the method crashed has no features: it counts as one where nothing was
        found, so that no method gains by failing on what is hard.
        """
        if source.name not in self._keys:
            return None
        crashed = self._crashed.get((method.folder, source.name))
        return crashed or self.store.load(method, self._keys[source.name])

    def _extract(self, method: Method, name: str, key: str, prepared: Prepared) -> Stored | None:
        """Extract and keep; None after a crash, which is noted."""
        height, width = prepared.image.shape[:2]
        try:
            features = method.extract(prepared.image)
        # An extractor may be anybody's code.
        except Exception as error:
            self.failures.add("method", name, error, method.spec)
            crash = digest(method.folder, key, "crashed")
            nothing = Stored(no_features(), (height, width), prepared.matrix, crash)
            self._crashed[method.folder, name] = nothing
            return None
        stored = Stored(features, (height, width), np.asarray(prepared.matrix), "")
        self.store.save(method, key, stored)
        return stored
