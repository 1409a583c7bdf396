"""What the full HPatches set holds, to tell what is missing and what is left out.

Balntas et al., "HPatches", CVPR 2017: 57 sequences of changing light (i_), 59 of changing viewpoint
(v_), six images each.
"""

from __future__ import annotations

from collections.abc import Iterable

_LIGHT = """
ajuntament autannes bologna books boutique bridger brooklyn castle chestnuts contruction crownday
crownnight dc dome duda fenis fog fruits gonnenberg greenhouse greentea indiana kions ktirio kurhaus
leuven lionday lionnight londonbridge melon miniature nescafe nijmegen nuts objects parking
partyfood pencils pinard pool porta resort salon santuario school ski smurf steps table tools toy
troulos veggies village whitebuilding yellowtent zion
"""
_VIEWPOINT = """
abstract adam apprentices artisans astronautis azzola bark bees beyus bip bird birdwoman blueprint
boat bricks busstop calder cartooncity charing churchill circus coffeehouse colors courses dirtywall
dogman eastsouth feast fest gardens grace graffiti home laptop london machines man maskedman
pomegranate posters samples soldiers strand sunseason tabletop talent tempera there underground
vitro wall wapping war weapons woman wormhole wounded yard yuri
"""
NAMES = frozenset(f"i_{n}" for n in _LIGHT.split()) | {f"v_{n}" for n in _VIEWPOINT.split()}
IMAGES = range(1, 7)

# Larger than 1600 x 1200; left out since Dusmanu et al., "D2-Net", CVPR 2019, which leaves 108.
EXCLUDED = frozenset(
    {
        "i_contruction",
        "i_crownnight",
        "i_dc",
        "i_pencils",
        "i_whitebuilding",
        "v_artisans",
        "v_astronautis",
        "v_talent",
    }
)


def is_hpatches(names: Iterable[str]) -> bool:
    """Tell whether any of the sequences is one of HPatches."""
    return not NAMES.isdisjoint(names)


def missing_sequences(names: Iterable[str]) -> list[str]:
    """List the sequences of the usual 108 that are not there."""
    return sorted(NAMES - EXCLUDED - set(names))
