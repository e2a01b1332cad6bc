"""A flaw under the lithium piston: which length grows at which overpotential, in a sulphide glass."""

from tubewall.studies import TubuleStudy, electrolyte_under_piston, flaw_at_mouth
from tubewall.units import nm

study = TubuleStudy(electrolyte="Li2S-P2S5 glass", electrolytes=("Li2S-P2S5 glass",), overpotential=0.050)
mouth = electrolyte_under_piston(study).cases[0]
print(
    f"rim: {mouth.empty.factor:.2f} times the pressure; mouth alone {mouth.mouth.factor:.2f}, as a strip {mouth.strip.factor:.2f}"
)
flaw = flaw_at_mouth(study.replace(flaw_length=20 * nm))
print(flaw)
for one in flaw.curve[::2]:
    k = flaw.study.pressure * one.k1(pressurised=True)
    print(
        f"{one.length / nm:8.1f} nm: K_I {k / 1e6:.3f} MPa sqrt(m) with lithium in it, {len(flaw.curve)} lengths in all"
    )
print(
    f"handbook: {flaw.handbook_length(0.050) / nm:.0f} nm grow at 50 mV, {flaw.handbook_length(0.005) / nm:.0f} nm at 5 mV"
)
flaw.picture.write("flaw.png")
