"""Hand-computed areas."""

import numpy as np
import pytest

from ssldescriptor.evaluation.auc import error_auc, share_below


def test_area_of_two_errors() -> None:
    # (0, 0) - (1, 1/2) - (3, 1), then level to 5: 1/4 + 2 * 3/4 + 2 = 3.75.
    assert error_auc([3, 1], [5]) == pytest.approx([3.75 / 5])


def test_an_error_above_the_limit_counts_in_the_shares_only() -> None:
    # (0, 0) - (1, 1/2), level to 2: 1/4 + 1/2.
    assert error_auc([1, 4], [2]) == pytest.approx([0.75 / 2])


def test_no_estimate_is_an_infinite_error() -> None:
    np.testing.assert_allclose(error_auc([1, np.inf], [2]), error_auc([1, 4], [2]))
    np.testing.assert_allclose(error_auc([1, np.nan], [2]), error_auc([1, 4], [2]))
    np.testing.assert_array_equal(error_auc([np.inf, np.inf], [5, 10]), [0, 0])


def test_no_errors_at_all_is_everything() -> None:
    np.testing.assert_allclose(error_auc([0, 0, 0], [1, 3]), [1, 1])


def test_no_pairs_give_zeros() -> None:
    np.testing.assert_array_equal(error_auc([], [1, 3]), [0, 0])
    assert share_below([], 3) == 0


def test_the_limit_itself_is_not_below() -> None:
    assert share_below([2.9, 3.0, np.nan, np.inf], 3) == 0.25
