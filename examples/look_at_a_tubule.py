"""A tubule in its stack, over-pressed by its lithium: cut open, as a section, as a film, as pages to turn and to press."""

from tubewall import CellArray, material
from tubewall.fem import Model, Pressure, Solid, Support, solve_model
from tubewall.geometry import Stack, stack_mesh
from tubewall.units import MPa, nm
from tubewall.view import body_page, can_render, draw_body, draw_vector, film_of_load, write_live_page

array = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", rings=0)
stack = Stack(height=160 * nm, electrolyte=60 * nm, collector=30 * nm, lithium_level=80 * nm, root_fillet=8 * nm)
mesh = stack_mesh(stack, array, kind="cluster", elements_through_wall=1, growth=3.0)
made_of = {"electrolyte": "Li2S-P2S5 glass", "wall": "glassy carbon film", "collector": "copper"}
solids = {region: Solid(elastic=material(name).elastic) for region, name in made_of.items()}
gas = Pressure(boundary="chamber 0 gas", pressure=1 * MPa)
lithium = [Pressure(boundary=name, pressure=5 * MPa) for name in ("chamber 0 lithium", "mouth 0")]
held = Support(boundary="bottom", fix=("x", "y", "z"))
model = Model(mesh=mesh, solids=solids, kinematics="3d", loads=(gas, *lithium), supports=(held,))
solution = solve_model(model)

picture = draw_body(solution, "tubule.png", cut="y", title="lithium at 5 MPa below gas at 1 MPa", size=(960, 720))
print(picture.caption)
draw_vector(solution, "section.svg", cut="y", quantity="von mises")
body_page(solution, "tubule.html", cut="y", glyphs=True)
write_live_page(model, "press.html", cut="y", highest=10 * MPa)
if can_render():
    film_of_load(solution, "load.gif", cut="y", frames=4, size=(480, 360))
