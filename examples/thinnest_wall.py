"""The main question: how thin may the wall be, and what decides it?"""

from tubewall import Study, minimum_wall
from tubewall.units import nm, show

study = Study().replace(bore=100 * nm, fillet=2 * nm, fill=0.90, neighbour_fill=0.80)
answer = minimum_wall(study)
print(answer)
for name, case in answer.cases.items():
    thinnest = case.thinnest
    print(f"{name}: {'no wall' if thinnest.wall is None else show(thinnest.wall, 'm')}, decided by {thinnest.name}")
