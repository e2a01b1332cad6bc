"""A Matplotlib figure as a small SVG text whose bytes are the same each time."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Settings under which figures are drawn and written.
SETTINGS: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tubewall",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 7.0,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 7.5,
    "axes.unicode_minus": False,
    "axes.formatter.useoffset": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "lines.linewidth": 1.0,
    "legend.frameon": False,
    "legend.fontsize": 6.5,
    "path.simplify": True,
}
_FAMILY: Final = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"


def svg_text(figure: Figure, words: str) -> str:
    """The figure as SVG, with ``words`` as its description; no dates, short numbers, each style written once."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Type": None, "Format": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style type=\"text/css\">.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r' clip-path="[^"]*"| transform="rotate\(-0[^"]*"|<clipPath.*?</clipPath>', "", text, flags=re.DOTALL)
    text = re.sub(r' ((?:d|x|y|transform|width|height|x1|x2|y1|y2)=")([^"]*)"', _short, text)
    text = re.sub(r'"sans-serif"|\'sans-serif\'|"DejaVu Sans"|\'DejaVu Sans\'', "", text)
    text = re.sub(r' id="(?:patch|axes|text|line2d|matplotlib\.axis|xtick|ytick|figure|legend)_\d+"', "", text)
    text = _classes(text)
    text = re.sub(r">\s+<", "><", text)
    for number, name in enumerate(dict.fromkeys(re.findall(r'<path id="([^"]+)"', text))):
        text = text.replace(name, f"p{number}")
    text = re.sub(r"<defs></defs>|<defs/>|<g></g>", "", text)
    for _ in range(4):
        # groups that only wrap
        text = re.sub(r"<g>((?:(?!<g[ >])(?!</g>).)*)</g>", r"\1", text, flags=re.DOTALL)
    head, rest = text.split(">", 1)
    return f"{head}><title>{_escaped(words)}</title>{rest.strip()}\n"


def _short(match: re.Match[str]) -> str:
    name, value = match.group(1), match.group(2)
    if name == 'd="':
        value = _relative(value)
    else:
        value = re.sub(r"-?\d*\.\d+(?:e-?\d+)?", lambda number: _tenths(round(10 * float(number.group()))), value)
    return f' {name}{value}"'


def _relative(path: str) -> str:
    """A path of lines by its steps, in tenths of a point; one with curves stays as it is but for its digits."""
    words = re.findall(r"[A-Za-z]|-?[\d.]+(?:e-?\d+)?", path)
    if set(re.findall(r"[A-Za-z]", re.sub(r"e-?\d", "", path))) - set("MLz"):
        return " ".join(word if word.isalpha() else _tenths(round(10 * float(word))) for word in words)
    made, here, begin, i = [], (0, 0), (0, 0), 0
    while i < len(words):
        if words[i] == "z":
            made.append("z")
            here, i = begin, i + 1
            continue
        if words[i] == "M":
            made.append("m")
        i += words[i].isalpha()
        at = (round(10 * float(words[i])), round(10 * float(words[i + 1])))
        if made[-1] == "m":
            begin = at
        for old, new in zip(here, at, strict=True):
            step = _tenths(new - old)
            made.append(step if step.startswith("-") or made[-1] in ("m", "z") else f" {step}")
        here, i = at, i + 2
    return "".join(made)


def _tenths(number: int) -> str:
    """The shortest word for a whole number of tenths."""
    whole, part = divmod(abs(number), 10)
    text = (f"{whole or ''}.{part}" if part else str(whole)) if number else "0"
    return f"-{text}" if number < 0 else text


def _classes(text: str) -> str:
    """Replace every style by a class and put the classes in front."""
    styles: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        style = re.sub(r"\s*([:;,])\s*", r"\1", match.group(1)).strip(";").replace("stroke-linejoin:miter", "")
        style = re.sub(r"font:([^;]*)", lambda found: _font(found.group(1)), style)
        style = re.sub(r"(\.\d\d)\d+", r"\1", re.sub(";+", ";", style)).strip(";")
        if not style:
            return ""
        return f' class="{styles.setdefault(style, f"s{len(styles)}")}"'

    text = re.sub(r' style="([^"]*)"', name, text)
    sheet = "".join(f".{label}{{{style}}}" for style, label in styles.items())
    place = text.index(">", text.index("<svg")) + 1
    return f"{text[:place]}<style>text{{font-family:{_FAMILY}}}{sheet}</style>{text[place:]}"


def _font(words: str) -> str:
    size = re.search(r"[\d.]+px", words)
    weight = "font-weight:bold;" if "bold" in words or "700" in words else ""
    return f"{weight}font-size:{size.group() if size else '7px'}"


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
