"""Read photographs with known cameras: Strecha's layout and KITTI's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.failures import Failures
from ssldescriptor.evaluation.poses import Pose, relative_pose
from ssldescriptor.evaluation.sources import MAX_SIDE, ImageSource

Matrix = NDArray[np.float64]
_SUFFIX = ".KRt.txt"


@dataclass(frozen=True, eq=False)
class CameraView:
    """A photograph with its camera.

    Attributes:
        image: the photograph.
        intrinsics: (3, 3) in the file's pixels.
        pose: from the world.
        frame: its number in a video.
    """

    image: ImageSource
    intrinsics: Matrix
    pose: Pose
    frame: int = 0


@dataclass(frozen=True, eq=False)
class Scene:
    """Photographs in one world.

    Attributes:
        name: the folder's.
        views: in the order of their names.
        is_video: neighbours in the list are neighbours in the world.
    """

    name: str
    views: tuple[CameraView, ...]
    is_video: bool


@dataclass(frozen=True, eq=False)
class CameraPair:
    """Two photographs of a scene; see scoring.Pair."""

    name: str
    source: str
    view0: CameraView
    view1: CameraView

    @property
    def image0(self) -> ImageSource:
        """The first image."""
        return self.view0.image

    @property
    def image1(self) -> ImageSource:
        """The second image."""
        return self.view1.image

    @property
    def pose(self) -> Pose:
        """The pose from camera 0 to camera 1."""
        return relative_pose(self.view0.pose, self.view1.pose)

    @property
    def truth(self) -> Matrix:
        """All numbers that the scores depend on, beside the images."""
        pose = self.pose
        parts = self.view0.intrinsics, self.view1.intrinsics, pose.rotation, pose.translation
        return np.concatenate([part.ravel() for part in parts])


def read_scenes(root: Path, failures: Failures, max_side: int = MAX_SIDE) -> list[Scene]:
    """Read the scenes in a folder, or the one that it is.

    Args:
        root: a scene, or a folder of scenes.
        failures: takes images and cameras that are missing or do not parse.
        max_side: see ImageSource.

    Raises:
        FileNotFoundError: no scene of either layout there.
    """
    scenes = []
    for folder in [root, *sorted(path for path in root.iterdir() if path.is_dir())]:
        if any(folder.glob(f"*{_SUFFIX}")):
            scenes.append(_read_strecha(folder, failures, max_side))
        elif (folder / "poses.txt").is_file():
            scenes.append(_read_kitti(folder, failures, max_side))
    if not scenes:
        raise FileNotFoundError(
            f"no scene in {root}: NAME.KRt.txt beside each image is wanted, or poses.txt and "
            "calib.txt beside image_0/"
        )
    return scenes


def scene_pairs(
    scene: Scene, failures: Failures, *, gaps: Sequence[int], max_angle_deg: float
) -> list[CameraPair]:
    """List the pairs of a scene that are to be scored.

    Args:
        scene: see read_scenes.
        failures: takes the pairs that are left out.
        gaps: of a video the pairs so many frames apart, of other scenes all pairs.
        max_angle_deg: cameras whose viewing directions differ by more share no view.

    Returns:
        The pairs; their source is the scene, of a video with the gap.
    """
    pairs = []
    for i, first in enumerate(scene.views):
        for j in range(i + 1, len(scene.views)):
            second = scene.views[j]
            gap = second.frame - first.frame
            if scene.is_video and gap not in gaps:
                continue
            source = f"{scene.name}, {gap} apart" if scene.is_video else scene.name
            name = f"{first.image.name} - {Path(second.image.name).name}"
            axes = first.pose.rotation[2], second.pose.rotation[2]
            angle = np.degrees(np.arccos(np.clip(axes[0] @ axes[1], -1, 1)))
            if angle > max_angle_deg:
                failures.add(
                    "pair", name, f"no overlap: the cameras look {angle:.0f} degrees apart"
                )
                continue
            pairs.append(CameraPair(name, source, first, second))
    return pairs


def _read_strecha(folder: Path, failures: Failures, max_side: int) -> Scene:
    views = []
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        name = path.name.removesuffix(_SUFFIX)
        try:
            numbers = _numbers(path.read_text(encoding="utf-8"), 21, path)
            rows = numbers.reshape(7, 3)
            image = _image(folder, name, f"{folder.name}/{name}", max_side)
            views.append(_view(image, rows[:3], rows[3:6], rows[6]))
        except (OSError, ValueError) as error:
            failures.add("data", f"{folder.name}/{name}", error)
    return Scene(folder.name, tuple(views), is_video=False)


def _read_kitti(folder: Path, failures: Failures, max_side: int) -> Scene:
    views = []
    try:
        calibration = (folder / "calib.txt").read_text(encoding="utf-8").splitlines()
        first = calibration[0] if calibration else ""
        intrinsics = _numbers(first, 12, folder / "calib.txt").reshape(3, 4)[:, :3]
    except (OSError, ValueError) as error:
        failures.add("data", f"{folder.name}/calib.txt", error)
        return Scene(folder.name, (), is_video=True)
    for i, line in enumerate((folder / "poses.txt").read_text(encoding="utf-8").splitlines()):
        name = f"{i:06}"
        try:
            matrix = _numbers(line, 12, folder / f"poses.txt, line {i + 1}").reshape(3, 4)
            image = _image(folder / "image_0", name, f"{folder.name}/{name}", max_side)
            # KITTI's poses lead from the camera to the world.
            pose = Pose(matrix[:, :3], matrix[:, 3]).inverse()
            view = _view(image, intrinsics, pose.rotation, pose.translation)
            views.append(replace(view, frame=i))
        except (OSError, ValueError) as error:
            failures.add("data", f"{folder.name}/{name}", error)
    return Scene(folder.name, tuple(views), is_video=True)


def _view(image: ImageSource, intrinsics: Matrix, rotation: Matrix, shift: Matrix) -> CameraView:
    if min(intrinsics[0, 0], intrinsics[1, 1]) <= 0 or abs(intrinsics[2] - [0, 0, 1]).max() > 1e-6:
        raise ValueError("the intrinsics have no positive focal lengths, or a last row not 0 0 1")
    left, _, right = np.linalg.svd(rotation)
    nearest = left @ right
    if np.linalg.det(nearest) < 0 or abs(nearest - rotation).max() > 1e-3:
        raise ValueError("the rotation is no rotation")
    return CameraView(image, intrinsics, Pose(nearest, shift))


def _image(folder: Path, name: str, label: str, max_side: int) -> ImageSource:
    for path in sorted(folder.glob(f"{name}.*")):
        if cv2.haveImageWriter(path.name) or cv2.haveImageReader(str(path)):
            return ImageSource(label, path, max_side)
    raise FileNotFoundError(f"no image {name}.* in {folder.name}")


def _numbers(text: str, count: int, place: Path) -> Matrix:
    """Parse `count` finite numbers; a label as in "P0:" is skipped."""
    words = text.split()
    if words and words[0].endswith(":"):
        words = words[1:]
    try:
        numbers = np.array([float(word) for word in words])
    except ValueError:
        numbers = np.array([])
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise ValueError(f"{place.parent.name}/{place.name} does not hold {count} finite numbers")
    return numbers
