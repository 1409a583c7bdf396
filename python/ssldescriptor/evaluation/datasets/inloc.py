"""Read InLoc as hloc lays it out: photographs of a phone, cutouts of laser scans.

Taira et al., "InLoc", CVPR 2018. See docs/evaluation.md.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from ssldescriptor.evaluation.mapping import Camera, Points
from ssldescriptor.evaluation.store import Stored

DATABASE = "database/cutouts"
ALIGNMENTS = "database/alignments"
# The phone's 28 mm equivalent over 36 mm of film, in pixels of its width.
FOCAL = 28.0 / 36.0


def is_inloc(root: Path) -> bool:
    """Tell whether a folder looks like the set, complete or not."""
    return (root / DATABASE).is_dir()


def inloc_camera(query: Stored) -> Camera:
    """Return the phone's camera, whose focal length the set's authors give, for a query's file."""
    height, width = query.shape
    width, height = round(width / query.matrix[0, 0]), round(height / query.matrix[1, 1])
    return Camera("SIMPLE_PINHOLE", width, height, (FOCAL * width, width / 2, height / 2))


def scan_places(root: Path, name: str, points: Points) -> Points:
    """Return what an image of the database shows at some pixels.

    Args:
        root: the set's folder.
        name: of the cutout, e.g. database/cutouts/DUC1/024/DUC_cutout_024_0_0.jpg; its scan lies
            beside it as NAME.mat, (H, W, 3) "XYZcut" in the scan's frame.
        points: (N, 2) pixels, centres at integers.

    Returns:
        (N, 3) in the building's frame, bilinear, of the nearest pixel where a neighbour has no
        depth; NaN where that has none either.

    Raises:
        OSError: no scan or no transformation.
        ValueError: they do not parse.
    """
    from scipy.io import loadmat

    try:
        content = loadmat(str(root / f"{name}.mat"))
    except OSError:
        raise
    except Exception as error:  # whatever a damaged file makes scipy raise
        raise ValueError(f"{name}.mat cannot be read: {error}") from error
    scan = content.get("XYZcut")
    if scan is None or scan.ndim != 3 or scan.shape[2] != 3:
        raise ValueError(f"{name}.mat has no XYZcut of shape (H, W, 3)")
    scan = np.asarray(scan, dtype=np.float32)
    x, y = (np.asarray(points[:, i], dtype=np.float32)[None] for i in (0, 1))
    between = cv2.remap(scan, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
    nearest = cv2.remap(scan, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)[0]
    places = np.where(np.isfinite(between), between, nearest).astype(np.float64)
    transform = _scan_transform(root, name)
    return np.asarray(places @ transform[:3, :3].T + transform[:3, 3])


def scan_files(root: Path, name: str) -> tuple[Path, Path]:
    """Return the files of a cutout's scan and of its place in the building; they may be missing."""
    floor, scan, file = Path(name).parts[-3:]
    folder = root / ALIGNMENTS / floor / "transformations"
    return root / f"{name}.mat", folder / f"{file[:3]}_trans_{scan}.txt"


def _scan_transform(root: Path, name: str) -> Points:
    """Read the (4, 4) matrix from a scan's to its building's frame: lines 8 to 11 of the file."""
    _, path = scan_files(root, name)
    lines = path.read_text(encoding="utf-8").splitlines()[7:11]
    try:
        return np.array([[float(word) for word in line.split()] for line in lines]).reshape(4, 4)
    except ValueError as error:
        raise ValueError(f"{path.name} has no matrix in its lines 8 to 11") from error
