"""A bore with a stiff liner in a wall of carbon, from its mesh and its case file: the hoop stress jumps where they are bonded."""

from pathlib import Path

import numpy as np

from tubewall.geometry import join, mapped_block, write_mesh
from tubewall.studies import Case
from tubewall.units import nm, show

CASE = """
mesh = { file = "tube.msh" }
analysis = { kind = "plane strain" }
materials = { liner = "LLZO", wall = { youngs_modulus = "30 GPa", poissons_ratio = 0.2 } }
loads = [{ boundary = "liner/left", pressure = "1 MPa" }]
supports = [{ boundary = "liner/bottom", fix = ["y"] }, { boundary = "wall/bottom", fix = ["y"] },
            { boundary = "liner/top", fix = ["x"] }, { boundary = "wall/top", fix = ["x"] }]
probes = [{ name = "liner", at = ["53 nm", 0], quantity = "stress hoop", region = "liner" },
          { name = "wall", at = ["53 nm", 0], quantity = "stress hoop", region = "wall" },
          { name = "bore", boundary = "liner/left", quantity = "max displacement x" }]
"""


def ring(inner, outer, points):
    """The unit square bent to a quarter of a ring: left is inside, bottom y = 0."""
    radius, angle = inner + (outer - inner) * points[:, 0], np.pi / 2 * points[:, 1]
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))


parts = {"liner": (50 * nm, 53 * nm), "wall": (53 * nm, 63 * nm)}
blocks = {name: mapped_block((3, 12), map=lambda p, r=radii: ring(*r, p), order=2) for name, radii in parts.items()}
write_mesh(join(blocks), "tube.msh")
Path("case.toml").write_text(CASE)
result = Case.read("case.toml").solve()  # as `tubewall solve case.toml` does
print(result.text())
print(f"the hoop stress jumps from {' to '.join(show(result.probes[name].value, 'Pa') for name in parts)}")
