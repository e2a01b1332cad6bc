"""What importing tubewall costs and brings."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "api")
HEAVY = (
    "CoolProp",
    "gmsh",
    "joblib",
    "kvxopt",
    "matplotlib",
    "meshio",
    "pyarrow",
    "pydantic",
    "pygmsh",
    "pyvista",
    "rich",
    "scipy",
    "skfem",
    "vtk",
    "vtkmodules",
)


def in_new_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_import_tubewall_takes_less_than_a_third_of_a_second() -> None:
    code = "import time; start = time.perf_counter(); import tubewall; print(time.perf_counter() - start)"
    seconds = [float(in_new_process(code)) for _ in range(3)]
    assert min(seconds) < 0.3, seconds


@pytest.mark.parametrize(
    "module", ["tubewall", "tubewall.cli", "tubewall.doctor", *(f"tubewall.{room}" for room in ROOMS)]
)
def test_no_package_brings_a_heavy_library_by_itself(module: str) -> None:
    code = f"import {module}, sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    assert in_new_process(code).split() == []


@pytest.mark.parametrize("package", ["tubewall", *(f"tubewall.{room}" for room in ROOMS)])
def test_no_public_name_is_hidden_by_a_module_of_the_same_name(package: str) -> None:
    # 'import tubewall.fem.solve' puts the module where 'from tubewall.fem import solve' expects the function; a module
    # that is public itself is fine
    code = f"""
import importlib, json, pkgutil, types
package = importlib.import_module({package!r})
for module in pkgutil.iter_modules(package.__path__):
    importlib.import_module({package!r} + "." + module.name)
values = {{name: getattr(package, name) for name in getattr(package, "__all__", [])}}
print(json.dumps([name for name, value in values.items() if isinstance(value, types.ModuleType) and hasattr(value, name)]))
"""
    assert json.loads(in_new_process(code)) == []


def test_every_public_name_is_there() -> None:
    import tubewall

    assert {name for name in tubewall.__all__ if getattr(tubewall, name) is None} == set()
    assert set(tubewall.__all__) <= set(dir(tubewall))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    import tubewall

    with pytest.raises(AttributeError, match="no attribute 'CelArray'"):
        _ = tubewall.CelArray


def test_the_version_is_the_installed_one() -> None:
    import tomllib

    import tubewall

    assert tubewall.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def sources() -> list[Path]:
    return [path for room in ("api", *ROOMS) for path in sorted((ROOT / room).glob("*.py"))]


def test_studies_know_the_view_only_inside_a_function() -> None:
    at_the_top = []
    for path in (ROOT / "studies").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tubewall.view"):
                at_the_top.append(f"{path.name}:{node.lineno}")
    assert at_the_top == []


def test_no_module_can_run_what_a_file_holds() -> None:
    found = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                found += [
                    f"{path}: {name}" for name in names if name.split(".")[0] in {"pickle", "marshal", "shelve", "yaml"}
                ]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
                found.append(f"{path}:{node.lineno}: {node.func.id}")
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and getattr(node.value, "value", True):
                found.append(f"{path}:{node.value.lineno}: allow_pickle")
    assert found == []


def test_the_doctests_of_all_modules_hold() -> None:
    modules = [
        f"tubewall.{path.stem}" if path.parent.name == "api" else f"tubewall.{path.parent.name}.{path.stem}"
        for path in sources()
        if ">>>" in path.read_text()
    ]
    code = f"""
import doctest, importlib, sys
tried = [doctest.testmod(importlib.import_module(name)) for name in {modules!r}]
sys.exit(sum(result.failed for result in tried))
"""
    assert "Failed" not in in_new_process(code)
