"""What every evaluation does around its own work: methods, stores, failures, results."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2

from ssldescriptor.evaluation.environment import environment
from ssldescriptor.evaluation.extraction import Extraction
from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.methods import Method, make_methods
from ssldescriptor.evaluation.report.content import Report, Section
from ssldescriptor.evaluation.report.write import write_report
from ssldescriptor.evaluation.runs.config import RunConfig
from ssldescriptor.evaluation.scoring import P, Result, Scores, score_pairs
from ssldescriptor.evaluation.sources import ImageSource
from ssldescriptor.evaluation.store import FeatureStore, Stored, write_whole


@dataclass
class Session:
    """One run of one evaluation.

    Attributes:
        config: its settings; written to config.json before the work.
        packages: optional distributions whose versions belong to the result.
    """

    config: RunConfig
    packages: Sequence[str] = ()
    failures: Failures = field(default_factory=Failures)

    def __post_init__(self) -> None:
        config = self.config
        cv2.setNumThreads(config.num_threads or -1)
        self.methods: list[Method] = make_methods(
            config.methods, config.keypoints, model=config.model, num_threads=config.num_threads
        )
        self.made = environment(*self.packages)
        config.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({**config.resolved(), "made": self.made}, indent=1)
        write_whole(config.folder / "config.json", text.encode())
        store = FeatureStore(config.folder / "features", fresh=config.fresh)
        self.extraction = Extraction(store, self.failures)

    def extract(self, sources: Sequence[ImageSource]) -> None:
        """Run the first loop."""
        self.extraction.run(self.methods, sources)

    def score(
        self, pairs: Sequence[P], score: Callable[[Stored, Stored, P], Scores], settings: object
    ) -> dict[str, list[Result]]:
        """Run both loops over pairs; see score_pairs."""
        self.extract([image for pair in pairs for image in (pair.image0, pair.image1)])
        folder = self.config.folder / "scores"
        return score_pairs(
            self.methods, pairs, self.extraction, score, folder, self.failures, settings
        )

    def labels(self) -> dict[str, str]:
        """Return the methods' labels by their specs."""
        return {method.spec: method.label for method in self.methods}

    def finish(self, title: str, sections: Sequence[Section], numbers: Mapping[str, Any]) -> Report:
        """Write the results, with what every method's own depend on, and return the report."""
        report = Report(
            title=title,
            config=self.config.resolved(),
            made=self.made,
            sections=sections,
            failures=self.failures.as_dicts(),
            summary=self.failures.summary(),
        )
        facts = {method.spec: method.facts for method in self.methods}
        write_report(report, {"methods": facts, **numbers}, self.config.folder)
        return report
