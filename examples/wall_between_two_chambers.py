"""The wall between a tubule under pressure and its neighbours: in an endless array, and in a finite one of 19."""

from tubewall import CellArray, array_basis, array_mesh, load_basis, material, periodic_cell
from tubewall.fem import Support
from tubewall.units import MPa, nm, show

array = CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm, rings=2)
carbon = material("glassy carbon film").elastic

cell = periodic_cell(array)
basis = array_basis(cell, carbon, supercell=9)
one = basis.pattern(1 * MPa)  # one chamber of the 9 x 9 at 1 MPa above the others
root = basis.section("root", one)
print(f"endless array, one chamber at 1 MPa: peak {show(basis.peak(one).value, 'Pa')}")
print(f"  root of the wall: membrane {show(root.membrane_along, 'Pa')}, bending {show(abs(root.bending_along), 'Pa')}")
print(f"  middle of the wall moves by {show(abs(basis.deflection(one)), 'm')}")
worst = basis.worst(0.0, 1 * MPa)
high = int((worst.pattern > 0).sum())
print(f"  worst of all patterns of 0 and 1 MPa: {show(worst.peak.value, 'Pa')}, {high} of {len(one)} chambers high")

mesh = array_mesh(array, rim_radius=2.62 * array.pitch)
chambers = [name for name in mesh.boundaries if name.startswith("chamber")]
finite = load_basis(mesh, carbon, chambers=chambers, supports=[Support(boundary="rim")])
alone = finite.pattern({"chamber 0": 1 * MPa})
print(f"{len(chambers)} chambers in a held disc, the middle one at 1 MPa: peak {show(finite.peak(alone).value, 'Pa')}")
