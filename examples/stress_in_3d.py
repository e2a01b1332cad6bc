"""Stress in an infinite array of which one tubule is fuller than the others, as pictures of the section and in 3D."""

import numpy as np

from tubewall import CellArray, array_basis, material, periodic_cell
from tubewall.units import atm, nm, show, um
from tubewall.view import ArrayState, Layer, array_field, can_render, extruded, section

array = CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm)
basis = array_basis(periodic_cell(array), material("glassy carbon film").elastic, supercell=7)

height = 20 * um
gas = np.full(len(basis.chambers), 5 * atm)  # filled to 80 %
gas[0] = 10 * atm  # filled to 90 %
levels = np.full(len(gas), 0.8 * height)
levels[0] = 0.9 * height
field = array_field(basis, ArrayState(pressures=gas, at_rest=1 * atm, lithium_levels=levels), rings=1)
print(
    f"largest tension {show(field.peak.value, 'Pa')} at ({show(field.peak.at[0], 'm')}, {show(field.peak.at[1], 'm')})"
)

print(section(field, "section.png", title="one tubule fuller").caption)
if can_render():
    print(extruded([Layer(top=height, field=field)], "array.png", title="one tubule fuller").caption)
