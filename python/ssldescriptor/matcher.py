"""SSLMatcher: the surface of `cv2.DescriptorMatcher` over this package's exact search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ssldescriptor import _core
from ssldescriptor.dmatches import Row, make_rows, make_set_matches
from ssldescriptor.errors import ASSERTION_FAILED, cv2_error
from ssldescriptor.matcher_calls import read_call, read_count, read_distance
from ssldescriptor.matcher_settings import MatcherSettings
from ssldescriptor.rows import as_array, check_mask, check_rows, join_masks
from ssldescriptor.train_set import TrainSet, make_train_set, norm_name, pack_train_set


class SSLMatcher(MatcherSettings):
    """An exact matcher with the methods and results of `cv2.BFMatcher`, and a ratio test.

    Differences from cv2.BFMatcher: `ratio` works, also together with crossCheck; results do not
    depend on the processor; radiusMatch orders ties by train index; an empty train array with
    crossCheck gives no matches instead of an error; it can be pickled and copied. Errors are
    `cv2.error`. Several threads may share a matcher as long as none of them adds, clears or reads
    options. Images that were added are packed once, by the first search.
    """

    def match(self, *args: Any, **kwargs: Any) -> Row:
        """Find the nearest train descriptor of each query descriptor.

        `match(queryDescriptors, trainDescriptors[, mask])`, or over the images that were added
        `match(queryDescriptors[, masks])`.

        Args:
            *args: In this order.
            **kwargs: By these names. Descriptors are (N, D) float32 or uint8, of any layout, or
                cv2.UMat. A mask is uint8 (query rows, train rows), zero where a pair is forbidden;
                masks has one per image.

        Returns:
            cv2.DMatch objects sorted by queryIdx; among equal distances the first image and the
            lowest trainIdx win. Queries without any (NaN, mask, crossCheck, ratio) are missing.

        Raises:
            cv2.error: Descriptors or masks that do not fit, or crossCheck with a mask or with more
                than one image.
        """
        call = read_call("match", args, kwargs)
        query, train, mask = self._read(call, "match")
        if query is None or train is None:
            return ()
        found = self._nearest(query, train, mask, "match")
        return tuple(make_set_matches(train, *found))

    def knnMatch(self, *args: Any, **kwargs: Any) -> tuple[Row, ...]:
        """Find the k nearest train descriptors of each query descriptor.

        `knnMatch(queryDescriptors, trainDescriptors, k[, mask[, compactResult]])`, or over the
        images that were added `knnMatch(queryDescriptors, k[, masks[, compactResult]])`. The ratio
        test acts only if k = 1, so that scripts with their own test get both neighbours.

        Args:
            *args: In this order.
            **kwargs: By these names. See match(); compactResult=True leaves empty rows out.

        Returns:
            For each query its matches sorted by (distance, imgIdx, trainIdx), at most k.

        Raises:
            cv2.error: See match(); also k < 1, or crossCheck with k > 1.
        """
        call = read_call("knnMatch", args, kwargs)
        k = read_count(call["k"], "knnMatch")
        query, train, mask = self._read(call, "knnMatch")
        if query is None or train is None:
            return ()
        if k <= 0:
            raise cv2_error(ASSERTION_FAILED, "knnMatch", f"k is {k}; knn > 0 is wanted")
        if k == 1:
            owner, index, distance = self._nearest(query, train, mask, "knnMatch")
        else:
            self._refuse_cross_check("knnMatch", "k > 1")
            neighbour, distances = self._knn(query, train, k, mask)
            owner, column = np.nonzero(neighbour >= 0)
            index, distance = neighbour[owner, column], distances[owner, column]
        rows = make_rows(train, len(query), owner, index, distance)
        return tuple(row for row in rows if row) if call["compactResult"] else rows

    def radiusMatch(self, *args: Any, **kwargs: Any) -> tuple[Row, ...]:
        """Find the train descriptors within maxDistance of each query descriptor.

        `radiusMatch(queryDescriptors, trainDescriptors, maxDistance[, mask[, compactResult]])`, or
        over the images that were added `radiusMatch(queryDescriptors, maxDistance[, masks[,
        compactResult]])`. crossCheck and ratio do not act.

        Args:
            *args: In this order.
            **kwargs: By these names. See match(); maxDistance is inclusive, and squared with
                NORM_L2SQR. compactResult=True moves empty rows behind the others, as OpenCV does.

        Returns:
            For each query its matches sorted by (distance, imgIdx, trainIdx).

        Raises:
            cv2.error: See match(); also maxDistance not above float32's epsilon.
        """
        call = read_call("radiusMatch", args, kwargs)
        # The binding's float: a larger one is infinite, and nothing is too far away.
        with np.errstate(over="ignore"):
            radius = float(np.float32(read_distance(call["maxDistance"], "radiusMatch")))
        query, train, mask = self._read(call, "radiusMatch")
        if query is None or train is None:
            return ()
        if not radius > float(np.finfo(np.float32).eps):
            message = f"maxDistance is {radius}; maxDistance > FLT_EPSILON is wanted"
            raise cv2_error(ASSERTION_FAILED, "radiusMatch", message)
        offset, index, distance = _core.radius_search(
            query,
            train.rows,
            radius,
            mask=mask,
            norm=norm_name(self._options.norm_type),
            num_threads=self._options.num_threads,
        )
        owner = np.repeat(np.arange(len(query)), np.diff(offset))
        rows = make_rows(train, len(query), owner, index, distance)
        return tuple(sorted(rows, key=lambda row: not row)) if call["compactResult"] else rows

    def _read(
        self, call: Mapping[str, Any], func: str
    ) -> tuple[NDArray[Any] | None, TrainSet | None, NDArray[np.uint8] | None]:
        """Check the arrays of a call; no query or no train set means that nothing is found."""
        query = as_array(call["queryDescriptors"], "queryDescriptors", func)
        pair = "trainDescriptors" in call
        if query is None or query.size == 0 or (not pair and self.empty()):
            return None, None, None
        norm = self._options.norm_type
        rows = check_rows(query, "queryDescriptors", norm, func)
        if pair:
            train = make_train_set(call["trainDescriptors"], query, norm, func)
            mask = check_mask(call["mask"], (len(rows), train.num_rows), func)
        else:
            train = self._pack_images(query, func)
            mask = join_masks(call["masks"], len(rows), train.counts, func)
        return rows, train, mask

    def _pack_images(self, query: NDArray[Any], func: str) -> TrainSet:
        """Return the images that were added, packed; for a query that they fit."""
        images, norm = self._images, self._options.norm_type
        packed = self._packed
        if packed is None or not (packed.is_of(images, norm) and packed.fits(query)):
            packed = pack_train_set(images, query, norm, func, self._options.num_threads)
            self._packed = packed
        return packed

    def _nearest(
        self, query: NDArray[Any], train: TrainSet, mask: NDArray[np.uint8] | None, func: str
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Find at most one match per query: (query rows, rows of the train set, distances)."""
        if mask is not None:
            self._refuse_cross_check(func, "a mask")
        if len(train.counts) > 1:
            self._refuse_cross_check(func, "more than one train image")
        ratio = self._options.ratio
        if mask is None:
            return _core.match(
                query,
                train.rows,
                mutual=self._options.cross_check,
                ratio=ratio,
                norm=norm_name(self._options.norm_type),
                num_threads=self._options.num_threads,
            )
        index, distance = self._knn(query, train, 1 if ratio is None else 2, mask)
        if index.shape[1] == 0:
            return index[:0], index[:0], distance[:0]
        keep = index[:, 0] >= 0
        if ratio is not None and index.shape[1] > 1:
            limit = ratio**2 if self._options.norm_type == cv2.NORM_L2SQR else ratio
            # A missing second neighbour is at infinity and lets the first one pass.
            keep &= distance[:, 0] <= limit * distance[:, 1].astype(np.float64)
        return np.flatnonzero(keep), index[keep, 0], distance[keep, 0]

    def _knn(
        self, query: NDArray[Any], train: TrainSet, k: int, mask: NDArray[np.uint8] | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        return _core.knn(
            query,
            train.rows,
            min(k, max(1, train.num_rows)),
            mask=mask,
            norm=norm_name(self._options.norm_type),
            num_threads=self._options.num_threads,
        )

    def _refuse_cross_check(self, func: str, what: str) -> None:
        if self._options.cross_check:
            raise cv2_error(
                ASSERTION_FAILED,
                func,
                f"crossCheck=True does not go with {what} (K == 1 && update == 0 && mask.empty() "
                "is wanted); create the matcher with crossCheck=False",
            )
