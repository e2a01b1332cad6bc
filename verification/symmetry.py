"""Supports on the planes of symmetry that cut a body of the book: quarters in the plane, eighths in space."""

from __future__ import annotations

from tubewall.fem.loads import Support


def quarter_supports(*parts: str) -> tuple[Support, ...]:
    """Symmetry of ``bodies.ring`` or of parts of one: no motion along y through "bottom", along x through "top"."""
    if not parts:
        return (Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",)))
    return tuple(
        support
        for part in parts
        for support in (Support(boundary=f"{part}/bottom", fix=("y",)), Support(boundary=f"{part}/top", fix=("x",)))
    )


def octant_supports() -> tuple[Support, ...]:
    """Symmetry of ``bodies.sphere_octant``: no motion through the planes x = 0, y = 0 and z = 0."""
    return (
        Support(boundary="x/left", fix=("y",)),
        Support(boundary="x/bottom", fix=("z",)),
        Support(boundary="y/left", fix=("z",)),
        Support(boundary="y/bottom", fix=("x",)),
        Support(boundary="z/left", fix=("x",)),
        Support(boundary="z/bottom", fix=("y",)),
    )
