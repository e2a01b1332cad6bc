"""A bore with a stiff liner in a wall of carbon: the hoop stress jumps where the two are bonded."""

import numpy as np

from tubewall.geometry.mapped_block import join, mapped_block
from tubewall.studies.case import Case
from tubewall.units import nm, show


def quarter(inner, outer):
    """A quarter of a ring, its facets named left (inner), right (outer), bottom (y = 0) and top (x = 0)."""

    def ring(points):
        radius, angle = inner + (outer - inner) * points[:, 0], np.pi / 2 * points[:, 1]
        return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))

    return mapped_block((3, 12), map=ring, order=2)


mesh = join({"liner": quarter(50 * nm, 53 * nm), "wall": quarter(53 * nm, 63 * nm)})
case = Case.of(
    {
        "analysis": {"kind": "plane strain"},
        "materials": {"liner": "LLZO", "wall": {"youngs_modulus": "30 GPa", "poissons_ratio": 0.2}},
        "supports": [{"boundary": f"{part}/bottom", "fix": ["y"]} for part in ("liner", "wall")]
        + [{"boundary": f"{part}/top", "fix": ["x"]} for part in ("liner", "wall")],
        "loads": [{"boundary": "liner/left", "pressure": "1 MPa"}],
        "probes": [
            {"name": name, "at": ["53 nm", 0], "quantity": "stress hoop", "region": name} for name in ("liner", "wall")
        ]
        + [{"name": "bore", "boundary": "liner/left", "quantity": "max displacement x"}],
    },
    mesh,
)
result = case.solve()
print(result.text())
liner, wall = result.probes["liner"], result.probes["wall"]
print(f"the hoop stress jumps from {show(liner.value, 'Pa')} in the liner to {show(wall.value, 'Pa')} in the wall")
