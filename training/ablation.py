"""The paper's study: every configuration with every seed, trained alike, scored alike.

Melekhov et al. (HNDesc, 3DV 2021, sec. 4) compare where hard negatives come from and what views
differ in; `configs/ablation/` has a file for each. A study that was interrupted goes on where it
stood: finished runs are kept, an unfinished one is resumed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ssldescriptor.evaluation.datasets.sequences import read_sequences
from ssldescriptor.evaluation.environment import environment
from ssldescriptor.evaluation.report.content import Report, Section
from ssldescriptor.evaluation.report.html import html
from ssldescriptor.evaluation.report.markdown import markdown
from ssldescriptor.training.ablation_table import score_table, summarise
from ssldescriptor.training.config import TrainConfig, dump_config, load_config
from ssldescriptor.training.data.images import find_images, load_images, split
from ssldescriptor.training.differences import refuse_another
from ssldescriptor.training.extraction import extractor
from ssldescriptor.training.files import write_whole
from ssldescriptor.training.initial import trained_model
from ssldescriptor.training.sequence_scores import score_sequences
from ssldescriptor.training.train import train
from ssldescriptor.training.validation import Extract, validate

# Nobody looks at the scores and pictures of a study's runs while they go. All of them round alike:
# "auto" might choose otherwise for each. Overrides come after these.
ALIKE = ("validate_every=0", "pictures_every=0", "bfloat16=no")
# Settings that the study itself makes, and the options that they come from.
OWN = {"data.images": "--images", "output": "--output", "steps": "--steps", "seed": "--seeds"}


@dataclass(frozen=True)
class Study:
    """What is compared, and how.

    Attributes:
        configs: folder of YAML files, one a configuration.
        images: folders of photographs.
        seeds: each configuration is trained once with each.
        steps: of every run.
        output: folder of the runs and tables.
        sequences: folder of sequences to score as well; None for none.
        pairs: of each kind, in the scores on unseen photographs.
        overrides: `key=value` settings of all runs.
    """

    configs: Path
    images: tuple[str, ...]
    seeds: tuple[int, ...]
    steps: int
    output: Path
    sequences: Path | None = None
    pairs: int = 60
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """One training of a study: a configuration's name, a seed, and the settings they make."""

    name: str
    seed: int
    config: TrainConfig

    @property
    def folder(self) -> Path:
        """Where its checkpoints and scores are."""
        return Path(self.config.output)


def run_study(study: Study) -> Path:
    """Train and score all runs; the tables are written anew after each.

    Returns:
        The path of the Markdown table.

    Raises:
        FileNotFoundError: a folder without configurations, photographs, stylized copies or
            sequences, or no such file to start from or of embeddings.
        ValueError: a configuration that cannot be read, looks at other photographs than the
            others or wants copies of a folder that is not named, an override of what the study
            sets, no photograph is kept out of training, or the folder holds runs with other
            settings.
    """
    runs = plan_runs(study)
    score = _scorer(study, runs[0].config)
    scores: dict[str, dict[int, dict[str, float]]] = {run.name: {} for run in runs}
    done: dict[str, dict[str, float]] = {}
    for number, run in enumerate(runs, 1):
        print(f"run {number} of {len(runs)}: {run.name}, seed {run.seed}", flush=True)
        key = dump_config(replace(run.config, output=""))
        if key not in done:
            done[key] = _finish(run, study, score)
        scores[run.name][run.seed] = done[key]
        path = _write_tables(study, {name: of for name, of in scores.items() if of})
    return path


def plan_runs(study: Study) -> list[Run]:
    """Read all configurations; all of them with the first seed come first.

    Raises:
        FileNotFoundError, ValueError: see `run_study`.
    """
    paths = sorted(study.configs.glob("*.yaml"))
    if not paths:
        raise FileNotFoundError(f"--configs: no configuration (*.yaml) in {study.configs}")
    for override in study.overrides:
        if option := OWN.get(override.partition("=")[0].strip()):
            raise ValueError(f"{override}: give {option}")
    runs = []
    for seed in study.seeds:
        for path in paths:
            output = study.output / f"{path.stem}-seed{seed}"
            # YAML knows no surrogate pairs, the way in which JSON escapes what is beyond 16 bits.
            own = (
                f"data.images={json.dumps(study.images, ensure_ascii=False)}",
                f"output={json.dumps(str(output), ensure_ascii=False)}",
            )
            settings = (*ALIKE, *study.overrides, *own, f"steps={study.steps}", f"seed={seed}")
            runs.append(Run(path.stem, seed, load_config(path, settings)))
    first = _split_by(runs[0].config)
    for run in runs:
        if _split_by(run.config) != first:
            raise ValueError(
                f"{run.name} and {runs[0].name} keep other photographs out of training: "
                "data.images, data.short_side and data.validation_share must be the same"
            )
        if not (run.folder / "last.pt").exists():
            _check_files(run)
    return runs


def _check_files(run: Run) -> None:
    """Tell of files that a run will want before the runs ahead of it take hours."""
    data = run.config.data
    if share := data.pair.stylized_share:
        if not data.stylized:
            raise ValueError(
                f"{run.name}: stylized_share is {share} but there are no stylized copies; "
                "make them with `ssldescriptor stylize` and name their folder in data.stylized"
            )
        find_images([data.stylized], f"{run.name}: data.stylized")
    embeddings = data.sampler.embeddings if data.sampler.look_alike_share else ""
    for key, file in (("init", run.config.init), ("data.sampler.embeddings", embeddings)):
        if file and not Path(file).is_file():
            raise FileNotFoundError(f"{run.name}: {key}: no such file: {file}")


def _split_by(config: TrainConfig) -> tuple[list[str], int, float]:
    return config.data.images, config.data.short_side, config.data.validation_share


def _scorer(study: Study, config: TrainConfig) -> Callable[[Extract], dict[str, float]]:
    """Return a function that scores a feature; its photographs are read now, and once."""
    if study.sequences:  # missing ones are told before anything is trained
        read_sequences(study.sequences)
    _, paths = split(find_images(config.data.images), config.data.validation_share)
    if not paths:
        raise ValueError("no photograph is kept out of training: raise data.validation_share")
    unseen = load_images(paths, config.data.short_side).images

    def score(extract: Extract) -> dict[str, float]:
        kinds = validate(extract, unseen, pairs=study.pairs)
        scores = {kind: found.mma for kind, found in kinds.items()}
        return scores | (score_sequences(extract, study.sequences) if study.sequences else {})

    return score


def _finish(
    run: Run, study: Study, score: Callable[[Extract], dict[str, float]]
) -> dict[str, float]:
    """Do what is left of a run: train, score, or nothing; return its scores."""
    path = run.folder / "scores.json"
    how = {"pairs": study.pairs, "sequences": str(study.sequences or "")}
    record: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    if record:
        refuse_another(record["config"], run.config)
        if record["how"] == how:
            scores: dict[str, float] = record["scores"]
            return scores
    else:
        train(run.config, resume=(run.folder / "last.pt").exists())
    scores = score(extractor(trained_model(run.folder / "weights.pt")))
    record = {"config": dump_config(run.config), "how": how, "scores": scores}
    write_whole(path, json.dumps(record, indent=1).encode())
    return scores


def _write_tables(study: Study, scores: dict[str, dict[int, dict[str, float]]]) -> Path:
    table = summarise(scores)
    columns = list(dict.fromkeys(column for row in table.values() for column in row))
    text = (
        "MMA@3: mean, and half the range over seeds. Scored on pairs of unseen photographs, "
        "upright, turned and zoomed" + (", and on sequences by source." if study.sequences else ".")
    )
    settings = {
        "steps": study.steps,
        "seeds": " ".join(map(str, study.seeds)),
        "pairs": study.pairs,
        "sequences": study.sequences.name if study.sequences else "",
        "of all runs": " ".join(study.overrides),
    }
    section = Section("Scores by configuration", [score_table(table, columns)], text)
    report = Report("Ablation", settings, environment("torch"), [section])
    plain = {name: {k: cell._asdict() for k, cell in row.items()} for name, row in table.items()}
    content = {"steps": study.steps, "seeds": study.seeds, "scores": plain}
    write_whole(study.output / "ablation.json", (json.dumps(content, indent=1) + "\n").encode())
    write_whole(study.output / "ablation.html", html(report).encode())
    write_whole(study.output / "ablation.md", markdown(report).encode())
    return study.output / "ablation.md"
