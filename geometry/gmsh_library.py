"""gmsh brought in, and a session with options of our own, inside that of the caller where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from tubewall.errors import MissingDependencyError

#: The line that brings the shared libraries that gmsh and VTK are linked to, on Debian and Ubuntu.
APT_LINE: Final = (
    "apt-get update && apt-get install -y --no-install-recommends "
    "libglu1-mesa libgl1 libegl1 libxcursor1 libxft2 libxinerama1 libgomp1"
)
_OPTIONS: Final[Mapping[str, float]] = {
    "General.Terminal": 0,
    "General.AbortOnError": 0,
    "General.NumThreads": 1,
    "Mesh.Algorithm": 6,
    "Mesh.ElementOrder": 1,
    "Mesh.MeshSizeExtendFromBoundary": 0,
    "Mesh.MeshSizeFromPoints": 0,
    "Mesh.MeshSizeFromCurvature": 0,
    "Mesh.MeshSizeFactor": 1,
    "Mesh.MeshSizeMin": 0,
    "Mesh.MeshSizeMax": 1e22,
    "Mesh.RandomFactor": 1e-9,
    "Mesh.RandomSeed": 1,
    "Mesh.Smoothing": 3,
    "Mesh.RecombineAll": 0,
    "Mesh.SubdivisionAlgorithm": 0,
    "Geometry.Tolerance": 1e-12,
}


def import_gmsh() -> Any:
    """The module gmsh.

    Raises
    ------
    MissingDependencyError
        When it lacks shared libraries of the system.
    """
    try:
        import gmsh
    except OSError as error:
        raise MissingDependencyError(f"gmsh lacks a shared library ({error}); as root: {APT_LINE}") from error
    return gmsh


@contextmanager
def gmsh_session() -> Iterator[Any]:
    """A gmsh model of our own: with our options, inside the caller's session where there is one, left as it was."""
    gmsh = import_gmsh()
    theirs = bool(gmsh.isInitialized())
    if not theirs:
        gmsh.initialize(["tubewall", "-nopopup"], readConfigFiles=False, interruptible=False)
    kept = {name: gmsh.option.getNumber(name) for name in _OPTIONS}
    current = gmsh.model.getCurrent() if theirs else ""
    gmsh.option.setNumber("General.Terminal", 0)
    gmsh.model.add("tubewall")
    try:
        for name, value in _OPTIONS.items():
            gmsh.option.setNumber(name, value)
        yield gmsh
    finally:
        gmsh.model.remove()
        if theirs:
            for name, value in kept.items():
                gmsh.option.setNumber(name, value)
            if current in gmsh.model.list():
                gmsh.model.setCurrent(current)
        else:
            gmsh.finalize()
