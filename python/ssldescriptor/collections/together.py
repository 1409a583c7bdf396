"""Features and the matches that were made from them."""

from __future__ import annotations

from ssldescriptor.collections.h5 import FeatureFile, MatchFile
from ssldescriptor.collections.parts import digest


def pair_key(settings: str, key0: str, key1: str) -> str:
    """Return what identifies the matches of a pair.

    Args:
        settings: of the matching, see `settings_key`.
        key0: of the features of the first image.
        key1: of the second.
    """
    return digest(settings, key0, key1)


def settings_key(facts: dict[str, object]) -> str:
    """Return what identifies the settings of the matching; `facts` are those of its file."""
    return digest(sorted(facts.items()))


def check_together(features: FeatureFile, matches: MatchFile) -> None:
    """Make sure that every pair was matched with the features as they are.

    Raises:
        ValueError: names the first pair that was not.
    """
    keys, settings = features.index(), settings_key(matches.facts)
    for (name0, name1), key in matches.index().items():
        known = name0 in keys and name1 in keys
        if not known or key != pair_key(settings, keys[name0], keys[name1]):
            raise ValueError(
                f"the matches of {name0} and {name1} were not made from these features; run "
                "match-pairs again"
            )
