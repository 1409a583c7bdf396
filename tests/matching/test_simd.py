"""Choosing an instruction set, and that the choice does not show in results."""

import os
import subprocess
import sys

import numpy as np
import pytest

from ssldescriptor import _core


def test_levels_start_with_the_baseline() -> None:
    levels = _core.simd_levels()
    assert levels[0] == "baseline"
    assert _core.simd_level() in levels


@pytest.mark.parametrize("name", ["", "avx9000", "AVX2"])
def test_unknown_level_is_an_error(name: str) -> None:
    before = _core.simd_level()
    with pytest.raises(ValueError, match="cannot run here; available: baseline"):
        _core.set_simd_level(name)
    assert _core.simd_level() == before


def run(level: str) -> subprocess.CompletedProcess[str]:
    code = "from ssldescriptor import _core; print(_core.simd_level())"
    environment = {**os.environ, "SSLD_SIMD_LEVEL": level}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )


def test_the_environment_chooses_the_level() -> None:
    assert run("baseline").stdout == "baseline\n"
    assert run("").stdout.strip() == _core.simd_levels()[-1]


def test_an_unsupported_level_in_the_environment_is_an_error() -> None:
    """On use, not on import: a wrong variable must not break what needs no kernels."""
    done = run("mmx")
    assert done.returncode == 1
    assert "ValueError: SSLD_SIMD_LEVEL 'mmx' cannot run here" in done.stderr


def test_all_levels_and_threads_agree_to_the_bit() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(n, 67)).astype(np.float32) for n in (700, 900))
    before = _core.simd_level()
    results = []
    for level in _core.simd_levels():
        _core.set_simd_level(level)
        for threads in (1, 2, 7):
            found = _core.match(a, b, ratio=0.95, num_threads=threads)
            found += _core.knn(a, b, 6, num_threads=threads)
            results.append([x.tobytes() for x in found])
    _core.set_simd_level(before)
    assert all(result == results[0] for result in results)
