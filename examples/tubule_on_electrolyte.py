"""One tubule standing on a ceramic electrolyte: the tension that the lithium's pressure makes at its mouth."""

from tubewall import Tubule, material, solve, tubule_mesh
from tubewall.fem import Pressure, Support
from tubewall.units import MPa, nm, show, um

tubule = Tubule(
    bore=100 * nm, wall=10 * nm, height=150 * nm, insulator_thickness=50 * nm, electrolyte_thickness=1 * um,
    mouth_fillet=5 * nm, cell_radius=300 * nm, lithium_level=125 * nm,
)  # fmt: skip
mesh = tubule_mesh(tubule)
print(mesh)
solution = solve(
    mesh,
    {part: material(name).elastic for part, name in
     {"wall": "glassy carbon film", "insulator": "BeO", "electrolyte": "LLZO"}.items()},
    [Pressure(boundary="mouth", pressure=1 * MPa), Pressure(boundary="lithium", pressure=1 * MPa)],
    [Support(boundary="bottom", fix=("y",)), Support(boundary="outer", fix=("x",)), Support(boundary="axis", fix=("x",))],
    kinematics="axisymmetric",
)  # fmt: skip
peak, allowed = solution.max_principal("mouth"), material("LLZO").strength.value
print(f"1 MPa of lithium: {show(peak.value, 'Pa')} at the mouth, {show(peak.at[0], 'm')} from the axis")
print(f"strength {show(allowed, 'Pa')}: the electrolyte bears lithium of {show(allowed / peak.value * MPa, 'Pa')}")
print(f"forces left over {solution.imbalance:.0e} of the load; the wall's largest stress is "
      f"{show(solution.max_principal('lithium').value, 'Pa')}")  # fmt: skip
