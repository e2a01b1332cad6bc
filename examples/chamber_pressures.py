"""The gas in every chamber of a small array during a charge, behind walls that let a little through."""

import numpy as np

from tubewall import CellArray, Network, finite_graph, linear_filling, pressurise
from tubewall.units import hour, nm, show, um

array = CellArray(bore=100 * nm, wall=10 * nm, rings=2)
graph = finite_graph(array)
print(graph)

fill = np.full(19, 0.80)
fill[0] = 0.90  # the chamber in the middle ends fuller than the others
filling = linear_filling(1 * hour, fill)
for permeance in (0.0, 1e-14, 1e-12, np.inf):
    gas = pressurise(Network.from_graph(graph, height=20 * um, permeance=permeance), filling)
    middle, neighbour = gas.final[0], gas.final[1]
    print(
        f"permeance {permeance:7.0e} mol/(m2 s Pa): middle {show(middle, 'Pa', 4)}, neighbour {show(neighbour, 'Pa', 4)}, "
        f"difference {show(middle - neighbour, 'Pa')}, moles lost {gas.imbalance:.0e}"
    )
