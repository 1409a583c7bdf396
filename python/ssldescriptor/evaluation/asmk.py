"""Ranked lists by aggregated selective match kernels, computed by the package asmk.

Tolias, Avrithis and Jegou, "Image search with selective match kernels: aggregation across single
and multiple images", IJCV 2016, in the binary form and with the settings of Tolias, Jenicek and
Chum, ECCV 2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssldescriptor.evaluation.aggregation import Rows

# Words of a query's descriptor, exponent and least value of the similarity of two aggregates.
QUERY_WORDS = 5
ALPHA = 3.0
MIN_SIMILARITY = 0.0


def asmk_orders(
    queries: Sequence[Rows], database: Sequence[Rows], words: Rows
) -> list[NDArray[np.intp]]:
    """Order the database for each query, the most similar first, ties to the lowest.

    Args:
        queries: (N, D) float32 descriptors of each query, see `aggregation.unit_rows`.
        database: the same of each image; one without descriptors is similar to none.
        words: (K, D) float32, see `aggregation.learn_vocabulary`.

    Returns:
        A list of len(database) indexes for each query.

    Raises:
        ValueError: the package asmk is not installed.
    """
    asmk = import_asmk()
    index = asmk.index.initialize_index(gpu_id=None)
    codebook = asmk.codebook.Codebook(index, size=len(words))
    codebook.index(np.ascontiguousarray(words, np.float32))
    kernel = asmk.kernel.ASMKKernel(codebook, binary=True)
    inverted = asmk.inverted_file.IVF.initialize_empty(codebook_size=len(words), use_idf=False)
    for image, rows in enumerate(database):
        if len(rows):
            packed, ids = _aggregate(codebook, kernel, rows, 1)
            inverted.add(packed, ids, np.full(len(ids), image))

    def similarity(query: Any, found: Any, images: Any) -> Any:
        # The package's own divides by the bits that it packs, a multiple of 32, not by those of D.
        distances = asmk.hamming.hamming_cdist_packed(query[None], found, words.shape[1])[0]
        return asmk.functional.asmk_kernel(
            1 - 2 * distances, images, alpha=ALPHA, similarity_threshold=MIN_SIMILARITY
        )

    orders = []
    for rows in queries:
        scores = np.zeros(len(database))
        if len(rows):
            packed, ids = _aggregate(codebook, kernel, rows, min(QUERY_WORDS, len(words)))
            found, values = inverted.search(packed, ids, similarity_func=similarity, topk=None)
            scores[found] = values
        orders.append(np.argsort(-scores, kind="stable"))
    return orders


def _aggregate(codebook: Any, kernel: Any, rows: Rows, num_words: int) -> tuple[Any, Any]:
    """Return the packed aggregate of each word that an image has, and the words."""
    described, near = codebook.quantize(rows, multiple_assignment=num_words)
    packed, ids = kernel.aggregate_image(described, near)
    return packed, ids


def import_asmk() -> ModuleType:
    """Import asmk and its parts.

    Raises:
        ValueError: it is not installed.
    """
    try:
        import asmk
        import asmk.codebook
        import asmk.functional
        import asmk.hamming
        import asmk.index
        import asmk.inverted_file
        import asmk.kernel
    except ImportError as error:
        raise ValueError(
            f"--aggregation asmk needs packages that are not all here ({error}): "
            "pip install 'ssldescriptor[eval]'"
        ) from error
    module: ModuleType = asmk
    return module
