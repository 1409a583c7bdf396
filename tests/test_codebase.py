"""Rules of the codebase that no other tool checks."""

import ast
import importlib.metadata
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ssldescriptor
from ssldescriptor import _core

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "python" / "ssldescriptor"
SOURCES = [
    path.relative_to(ROOT)
    for folder in ("python", "training", "cpp", "examples", "benchmarks", "docs", "tests")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".pyi", ".cpp", ".hpp"}
]
VERSION = ssldescriptor.__version__


def stub_functions() -> dict[str, ast.FunctionDef]:
    tree = ast.parse((PACKAGE / "_core.pyi").read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_version_stands_in_one_place() -> None:
    """pyproject.toml; the package and the core report it, nothing else repeats it."""
    assert importlib.metadata.version("ssldescriptor") == VERSION
    assert _core.build_config()["version"] == VERSION
    pattern = re.compile(rf'["\']{re.escape(VERSION)}["\']')
    repeated = [path for path in SOURCES if pattern.search((ROOT / path).read_text())]
    assert repeated == []


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## {VERSION}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_stub_names_what_the_core_has() -> None:
    public = {name for name in dir(_core) if not name.startswith("_")}
    tree = ast.parse((PACKAGE / "_core.pyi").read_text())
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    assert set(stub_functions()) | classes == public


@pytest.mark.parametrize("name", sorted(stub_functions()))
def test_the_stub_has_the_cores_parameters(name: str) -> None:
    """pybind11 writes the signatures of all overloads into the docstring."""
    arguments = stub_functions()[name].args
    wanted = [argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)]
    lines = (inspect.getdoc(getattr(_core, name)) or "").splitlines()
    signatures = [line for line in lines if re.match(rf"(\d+\. )?{name}\((?!\*args)", line)]
    assert signatures
    for signature in signatures:
        assert re.findall(r"(?:\(|, )(\w+): ", signature.split(" -> ")[0]) == wanted


def test_every_stub_function_is_documented() -> None:
    undocumented = [name for name, node in stub_functions().items() if not ast.get_docstring(node)]
    assert undocumented == []


def loaded_modules(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    ["import ssldescriptor", "import ssldescriptor.cli.main", "import ssldescriptor.evaluation"],
)
def test_the_package_loads_neither_torch_nor_training(statement: str) -> None:
    modules = loaded_modules(statement)
    assert "ssldescriptor" in modules
    assert not {"torch", "skimage", "ssldescriptor.training"} & modules


def test_the_core_library_does_not_know_python() -> None:
    """pybind11 and Python.h appear under bindings/ alone."""
    sources = [*(ROOT / "cpp" / "src").rglob("*.*pp"), *(ROOT / "cpp" / "include").rglob("*.*pp")]
    assert sources
    guilty = [path.name for path in sources if re.search(r"pybind11|Python\.h", path.read_text())]
    assert guilty == []


def imported_from(path: Path) -> set[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return modules


# What lies above each part of the package; above every other file lie both.
ABOVE: dict[str, set[str]] = {
    "__main__.py": set(),
    "cli": set(),
    "collections": {"cli"},
    "evaluation": {"cli", "collections"},
}


def test_imports_point_down() -> None:
    """Nothing imports the layers above it, nor torch, nor the training."""
    guilty = []
    for path in PACKAGE.rglob("*.py"):
        above = ABOVE.get(path.relative_to(PACKAGE).parts[0], {"cli", "collections", "evaluation"})
        banned = {"torch", "ssldescriptor.training", *(f"ssldescriptor.{name}" for name in above)}
        for module in imported_from(path):
            if any(module == name or module.startswith(name + ".") for name in banned):
                guilty.append((path.name, module))
    assert guilty == []


def test_the_architecture_names_every_file() -> None:
    """The files of one kernel are named by their common stem; tests need no mention."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    sources = [path for path in SOURCES if "tests" not in path.parts and path.name != "__init__.py"]
    stems = {re.sub(r"_(baseline|avx\w*|neon)$", "", path.stem) for path in sources}
    assert sorted(stem for stem in stems if not re.search(rf"\b{re.escape(stem)}", text)) == []


def test_the_architecture_names_no_file_that_is_gone() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = re.findall(r"`(?:[\w/]+/)?([\w-]+\.(?:py|pyi|cpp|hpp))`", text)
    files = {path.name for path in SOURCES}
    assert [name for name in named if name not in files and "LEVEL" not in name] == []


def test_files_stay_small() -> None:
    lengths = {path.name: len((ROOT / path).read_text().splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > 300} == {}
