"""From which permeance on do neighbouring tubules share their gas, and what does the wall gain by it?"""

from tubewall import Study, hermetic_against_permeable
from tubewall.units import show

# two elements through the wall and a small period are enough for this picture
study = Study().replace(elements_through_wall=2, supercell=5)
comparison = hermetic_against_permeable(study)
print(f"the regime number is 1 at {comparison.pressures.crossover:.3g} mol/(m2 s Pa)")
for row in comparison.rows[::4]:
    print(
        f"permeance {row.permeance:8.1e}  difference {show(row.pair.difference, 'Pa'):>9}  peak {show(row.peak, 'Pa')}"
    )
comparison.table().to_csv("permeance.csv")
comparison.write_png("permeance.png")
print("written: permeance.csv, permeance.png")
