"""The root of a tubule: stress along its wall from the insulator upwards, and the wall that one full tubule asks for."""

from tubewall.studies import TubuleStudy, one_full_tubule, wall_root
from tubewall.units import nm, show

study = TubuleStudy(bore=100 * nm, wall=10 * nm, wall_material="PAN nanofibre", overpotential=0.050)
root = wall_root(study)
print(root)
for station in root.stations[::12]:
    print(
        f"{station.height / nm:8.1f} nm above the root: hoop {station.hoop / 1e6:6.0f} MPa, "
        f"bending {station.bending / 1e6:6.0f} MPa, largest at the faces {station.surface / 1e6:6.0f} MPa"
    )
thinnest = one_full_tubule(study).middle
print(
    f"thinnest wall {thinnest.wall / nm:.2f} nm at {show(thinnest.strength, 'Pa')}, {thinnest.plane / nm:.2f} nm by Lame"
)
root.picture.write("root.png")
