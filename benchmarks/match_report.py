"""The tables and the plot of bench_match.py."""

from __future__ import annotations

from typing import Any

from machine import footnote, markdown_table
from match_methods import NEIGHBOURS
from plots import line_plot
from roofline import share_of_peak

OURS = "match(), mutual + ratio"
MUTUAL = "match(), mutual"
CLASS = "SSLMatcher(crossCheck=True, ratio=...).match"
FLOATS = "match(), mutual + ratio, screened as floats"
CROSS = "cv2.BFMatcher(crossCheck=True).match"
BOTH = "cv2.BFMatcher, knnMatch(k=2) and back + ratio"
NUMPY = "a @ b.T alone (numpy, OpenBLAS)"
TORCH = "a @ b.T alone (torch)"
FAISS = "faiss.IndexFlatL2 both ways + ratio"

# What the matcher is to reach: (group, our call, the other, times faster, from this size up).
TARGETS = [
    ("float", OURS, NUMPY, {"avx512": 1.0, "avx2": 0.8}, 2048),
    ("float", OURS, TORCH, {"avx512": 1.0, "avx2": 0.8}, 2048),
    ("float", OURS, CROSS, 20.0, 1024),
    ("float", OURS, BOTH, 25.0, 1024),
    ("float", OURS, FAISS, {"2048": 5.0, "16384": 3.0}, 2048),
    ("float", OURS, "torch, matmul + topk both ways + ratio", None, 1024),
    ("float", OURS, "usearch, exact search both ways + ratio", None, 1024),
    ("float", CLASS, CROSS, 15.0, 1024),
    ("float", OURS, FLOATS, 2.0, 4096),
    ("sift", OURS, CROSS, None, 1024),
    ("binary", OURS, CROSS, 10.0, 1024),
    *(
        ("threads", f"{name}, 2 threads", f"{name}, 1 thread", 1.85, 4096)
        for name in (OURS, MUTUAL, FLOATS)
    ),
    *(("knn", f"knn, k = {k}", f"faiss.IndexFlatL2, k = {k}", 1.0, 1024) for k in NEIGHBOURS),
]
TITLES = {
    "float": "float32, {0} x {0} x {1}",
    "sift": "integers 0..255, {0} x {0} x {1}",
    "binary": "binary, {0} x {0} x {1} bits",
    "knn": "k nearest of float32, {0} x {0} x {1}",
    "threads": "float32, {0} x {0} x {1}, time on the clock",
    "set": "one image against a set, {0} rows each x {1}",
}


def title(table: dict[str, Any]) -> str:
    """Return the heading of one measured table."""
    return TITLES[table["group"]].format(table["size"], table["dim"])


def timing_table(table: dict[str, Any]) -> str:
    """Return one table of times; how much faster is relative to its first row."""
    rows = [[m, f"{t['median']:.1f}", f"{1 / t['ratio']:.2f}"] for m, t in table["ms"].items()]
    return markdown_table([title(table), "ms", "x faster"], rows)


def summary(measured: dict[str, Any]) -> str:
    """Return what the README shows: the table of floats and of bits that is nearest its use."""
    kept = [t for t in measured["timings"] if t["group"] in ("float", "binary")]
    kept.sort(key=lambda t: (abs(t["size"] - 2048), t["group"] == "float" and t["dim"] != 128))
    first = {t["group"]: t for t in reversed(kept)}
    tables = [timing_table(first[group]) for group in ("float", "binary") if group in first]
    return "\n".join([*tables, footnote(measured["made"])])


def details(measured: dict[str, Any]) -> str:
    """Return every table, the figures to reach, memory and the processor's peak."""
    timed = [t for t in measured["timings"] if t["group"] != "memory"]
    parts = [figures(measured), peaks(measured), memory(measured), *map(timing_table, timed)]
    if measured["missing"]:
        parts.append(f"Not installed, not measured: {', '.join(measured['missing'])}.\n")
    return "\n".join([*filter(None, parts), footnote(measured["made"])])


def figures(measured: dict[str, Any]) -> str:
    """Return how much faster we are than each peer, and what was to be reached."""
    rows = []
    for group, ours, other, wanted, least in TARGETS:
        for table in measured["timings"]:
            fits = table["group"] == group and table["size"] >= least
            if not fits or not {ours, other} <= table["ms"].keys():
                continue
            faster = table["ms"][other]["median"] / table["ms"][ours]["median"]
            goal = target(wanted, measured["made"]["simd"], table["size"])
            rows.append(figure(f"{title(table)}: {ours} over {other}", faster, goal))
    for table in measured["timings"]:
        if table["group"] == "set":
            single, packed = (t["median"] for t in table["ms"].values())
            rows.append(figure(f"{title(table)}: set over single matches", single / packed, 1.0))
    return markdown_table(["figure", "x faster", "to reach", "reached"], rows)


def figure(name: str, faster: float, goal: float | None) -> list[str]:
    """Return one row of the table of figures; without a goal there is nothing to reach."""
    if goal is None:
        return [name, f"{faster:.2f}", "", ""]
    return [name, f"{faster:.2f}", f"{goal:g}", "yes" if faster >= goal else "no"]


def target(wanted: object, simd: str, size: int) -> float | None:
    """Return what is to be reached on this instruction set and at this size, if anything."""
    if isinstance(wanted, dict):
        return wanted.get(simd, wanted.get(str(size)))
    return float(wanted) if isinstance(wanted, float) else None


def peaks(measured: dict[str, Any]) -> str:
    """Return the processor's peak and the share of it that each call of floats reaches."""
    peak = measured["peaks"]
    if peak is None:
        return "No C++ compiler: the processor's peak was not measured.\n"
    text = (
        f"One thread does at most {peak['float_gmacs']} G multiply-adds of float32 and "
        f"{peak['int16_gmacs']} G of int16 a second, and reads {peak['read_gb_per_s']} GB a second "
        "(`peak.cpp`). The screen multiplies int16 where rows are of like length"
    )
    if peak["int8_gmacs"]:
        text += (
            f", and before a ratio test int8, of which {peak['int8_gmacs']} G a second are possible"
        )
    text += ".\n"
    narrowest = "int8" if peak["int8_gmacs"] else "int16"
    calls = [(NUMPY, "float"), (TORCH, "float"), (FLOATS, "float"), (MUTUAL, "int16")]
    rows = []
    for table in measured["timings"]:
        if table["group"] != "float":
            continue
        for name, key in (*calls, (OURS, narrowest)):
            if name in table["ms"]:
                ms = table["ms"][name]["median"]
                share = share_of_peak(table["size"], table["dim"], ms, peak[f"{key}_gmacs"])
                rows.append([f"{title(table)}: {name}", key, f"{share:.2f}"])
    return text + "\n" + markdown_table(["share of the peak", "of", "share"], rows)


def memory(measured: dict[str, Any]) -> str:
    """Return page faults and extra memory of a call."""
    rows = []
    for table in measured["timings"]:
        if table["group"] != "memory":
            continue
        what = f"{table['size']} x {table['size']} x {table['dim']}: "
        if table["extra_mb"] is not None:
            rows.append(
                [f"{what}extra MB of a first call, results included", f"{table['extra_mb']:.1f}"]
            )
        rows.append([f"{what}processor seconds of that call", f"{table['cpu_seconds']:.2f}"])
        rows += [
            [f"{what}page faults of {name}", f"{n:.1f}"] for name, n in table["faults"].items()
        ]
    return markdown_table(["memory", ""], rows) if rows else ""


def plot(measured: dict[str, Any]) -> str:
    """Return an SVG: time over that of numpy's product, against the number of rows."""
    tables = [t for t in measured["timings"] if t["group"] == "float" and t["dim"] == 128]
    names = dict.fromkeys(name for t in tables for name in t["ms"])
    lines = {
        name: [
            (float(t["size"]), t["ms"][name]["median"] / t["ms"][NUMPY]["median"])
            for t in tables
            if name in t["ms"]
        ]
        for name in names
    }
    return line_plot(lines, "rows of each set (128 dimensions)", "time / numpy's a @ b.T")
