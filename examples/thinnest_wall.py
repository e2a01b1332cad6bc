"""The main question: how thin may the wall be, and what decides it?"""

from tubewall import Study, minimum_wall
from tubewall.units import nm

study = Study().replace(bore=100 * nm, fillet=2 * nm, fill=0.90, neighbour_fill=0.80)
answer = minimum_wall(study)
print(answer)
for name, case in answer.cases.items():
    wall = case.thinnest.wall
    print(f"{name:<20}", "no wall" if wall is None else f"{wall / nm:.2f} nm", "decided by", case.thinnest.name)
