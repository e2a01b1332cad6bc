"""A full cell of the source, charged and discharged: hermetic against permeable walls, with a planar foil beside them."""

from tubewall.studies import ChambersStudy, answer_study
from tubewall.units import show

study = ChambersStudy.from_tables(
    {
        "array": {"rows": 20, "columns": 20},
        "gas": {"temperature": "55 C"},
        "walls": {"permeance": "1e-13 mol/(m2 s Pa)"},
        "protocol": {"name": "full cell", "loading": "5 mg/cm2", "excess": 1.0, "loss": 0.01},
        "scatter": {"deviation": 0.1},
        "run": {"looks": 12},
    }
)
answer = answer_study(study)
print(answer.text())

for side in answer.sides:
    assert side.walls is not None
    hardest = side.walls.loads[0]
    high, low = (show(pressure, "Pa", 4) for pressure in hardest.pressures)
    print(f"{side.name}: {high} against {low}, chambers {hardest.chambers[0]} and {hardest.chambers[1]}")

loads = answer.thickness_study()
assert loads is not None
print(f"for tubewall thickness: fill {loads.gas.fill:.4f} against {loads.gas.neighbour_fill:.4f}")
