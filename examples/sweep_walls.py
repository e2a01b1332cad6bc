"""The thinnest wall over the bore: a sweep on two processes, kept on disk and resumed where it stopped."""

from tubewall import Study, sweep

if __name__ == "__main__":  # worker processes read this file again
    base = Study().replace(elements_through_wall=2, supercell=5)
    table = sweep(base, {"bore": ["60 nm", "120 nm"]}, jobs=2, out="runs/bores")
    bores, walls = table.column("bore"), table.column("thinnest_wall.gas_hermetic.value")
    deciding = table.column("thinnest_wall.gas_hermetic.binds")
    for bore, wall, binds in zip(bores, walls, deciding, strict=True):
        print(f"bore {bore * 1e9:3.0f} nm: thinnest wall {wall * 1e9:.3g} nm ({binds})")
    print("written: runs/bores/table.csv")
