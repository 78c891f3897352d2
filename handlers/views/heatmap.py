"""The heat map: accounts by weeks, as a picture that reads on a phone and without colours.

Drawn by matplotlib, which brings a font with accents and is imported only when there is something
to draw: it takes most of a second and tens of megabytes. Pillow alone would be quicker, but its
own font knows no "í". Sizes are in points of a phone's 360; the picture has three pixels to each.
"""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any

from handlers.views import fields
from handlers.views.fields import Block, mrkdwn, plain
from handlers.views.words import esc, listed, plural
from models.cadence import TIERS
from models.heat import Cell, Heat

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 360
PIXELS = 3  # to a point
_CELL, _ROW, _HEAD, _FOOT, _EDGE = 14.5, 18, 66, 40, 6
_NAMES = 156
"""Where the cells begin."""

_SMALL, _NORMAL, _LARGE = 8, 10, 13
_INK, _GREY = "#1d1c1d", "#616061"

# Light, middle, dark: the order of the colours holds in grey too, and to eyes that know no red or
# green (blue, orange and vermilion after Okabe and Ito). The symbols say the same without any.
_PAINT = {
    Cell.WITHIN: "#cfe8f6",
    Cell.DUE_SOON: "#e69f00",
    Cell.OVERDUE: "#9c3300",
    Cell.NOT_OWNED: "#ffffff",
}
_SYMBOLS = {  # marker, its colour, its area
    Cell.WITHIN: (".", "#0072b2", 14.0),
    Cell.DUE_SOON: ("o", "#1d1c1d", 18.0),
    Cell.OVERDUE: ("x", "#ffffff", 30.0),
    Cell.NOT_OWNED: ("_", "#8d8d8d", 18.0),
}
_DRAWING = threading.Lock()  # matplotlib is for one thread at a time


def message(heat: Heat, file_id: str, *, own: bool) -> tuple[str, list[Block]]:
    """The picture as it is posted. `own`: to one person, of what they may see."""
    said = told(heat)
    picture: Block = {"type": "image", "slack_file": {"id": file_id}, "alt_text": said}
    if not own:
        return said, [picture]
    return said, [fields.section(plain(f"The heat map you asked for. {_shown(heat)}")), picture]


def nothing() -> tuple[str, list[Block]]:
    """Told to who asked for the picture but has no accounts in it."""
    text = "No heat map: that digest covers no accounts of yours or your team's."
    return text, [fields.section(mrkdwn(esc(text)))]


def told(heat: Heat) -> str:
    """The picture in a sentence, for who does not see it."""
    overdue = [
        f"{heat.kept[tier].overdue:,} {'unrated' if tier == 'unrated' else tier}"
        for tier in TIERS
        if tier in heat.kept and heat.kept[tier].overdue
    ]
    late = f"{listed(overdue)} overdue" if overdue else "none overdue"
    last = heat.sundays[-1]
    return (
        f"Heat map of {plural(heat.accounts, 'account')}, {len(heat.sundays)} weeks to "
        f"{last:%b} {last.day}: {_percent(heat)}% in cadence, {late}. {_shown(heat)}"
    )


def png(heat: Heat) -> bytes:
    """The picture."""
    with _DRAWING:
        from matplotlib.figure import Figure

        height = _HEAD + _ROW * len(heat.lines) + _FOOT
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72 * PIXELS, facecolor="white")
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        axes.set_axis_off()
        _title(axes, heat)
        _weeks(axes, heat)
        _names(figure, axes, heat)
        _cells(axes, heat)
        _legend(axes, heat, height)
        made = io.BytesIO()
        figure.savefig(made, format="png", metadata={"Software": None})
        return made.getvalue()


def _percent(heat: Heat) -> int:
    return round(100 * heat.within / heat.accounts) if heat.accounts else 0


def _shown(heat: Heat) -> str:
    rest = heat.accounts - len(heat.lines)
    if rest <= 0:
        return "All are shown, the most urgent first."
    return f"The {len(heat.lines):,} most urgent are shown; {rest:,} more are not."


def _text(axes: Axes, x: float, y: float, words: str, **how: Any) -> None:
    told = {"fontsize": _NORMAL, "color": _INK, "va": "center", **how}
    axes.text(x, y, words, parse_math=False, **told)


def _title(axes: Axes, heat: Heat) -> None:
    _text(axes, _EDGE, 14, f"{_percent(heat)}% in cadence", fontsize=_LARGE, fontweight="bold")
    last = heat.sundays[-1]
    about = (
        f"{plural(heat.accounts, 'account')} · {len(heat.sundays)} weeks to {last:%b} {last.day}"
    )
    _text(axes, _EDGE, 31, about, color=_GREY)


def _weeks(axes: Axes, heat: Heat) -> None:
    """Above the cells: the day on which each week ends, and the month where it begins."""
    named = 0
    for place, sunday in enumerate(heat.sundays):
        x = _x(place)
        _text(axes, x, _HEAD - 7, str(sunday.day), fontsize=_SMALL, color=_GREY, ha="center")
        following = heat.sundays[place + 1 : place + 2]
        # A month of a single week here has no room for its name.
        if sunday.month != named and following and following[0].month == sunday.month:
            _text(axes, x - _CELL / 2 + 1, _HEAD - 18, f"{sunday:%b}", fontsize=_SMALL, color=_GREY)
            named = sunday.month


def _names(figure: Figure, axes: Axes, heat: Heat) -> None:
    room = _NAMES - 2 * _EDGE - 14
    for place, line in enumerate(heat.lines):
        y = _y(place)
        tier = "–" if line.tier == "unrated" else line.tier
        _text(axes, _EDGE, y, tier, color=_GREY)
        _text(axes, _EDGE + 14, y, _fitting(figure, line.name, room))


def _fitting(figure: Figure, name: str, room: float) -> str:
    """As much of the name as there is room for, in letters the font has."""
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.textpath import TextToPath

    properties = FontProperties(size=_NORMAL)
    known = get_font(findfont(properties)).get_charmap()
    shown = "".join(
        letter if ord(letter) in known and letter.isprintable() else "?" for letter in name
    )
    measure = TextToPath()

    def width(words: str) -> float:
        return float(measure.get_text_width_height_descent(words, properties, ismath=False)[0])

    if width(shown) <= room:
        return shown
    while shown and width(f"{shown}…") > room:
        shown = shown[:-1]
    return f"{shown.rstrip()}…"


def _cells(axes: Axes, heat: Heat) -> None:
    from matplotlib.patches import Rectangle

    for row, line in enumerate(heat.lines):
        for column, cell in enumerate(line.cells):
            axes.add_patch(
                Rectangle(
                    (_x(column) - _CELL / 2 + 0.5, _y(row) - _ROW / 2 + 0.5),
                    _CELL - 1,
                    _ROW - 1,
                    facecolor=_PAINT[cell],
                    linewidth=0,
                )
            )
    for cell in Cell:
        places = [
            (_x(column), _y(row))
            for row, line in enumerate(heat.lines)
            for column, each in enumerate(line.cells)
            if each is cell
        ]
        _mark(axes, cell, places)


def _mark(axes: Axes, cell: Cell, places: list[tuple[float, float]]) -> None:
    if not places:
        return
    marker, colour, area = _SYMBOLS[cell]
    how: dict[str, Any] = {"marker": marker, "s": area, "linewidths": 1.4, "c": colour}
    if marker == "o":
        how |= {"c": "none", "edgecolors": colour}
    axes.scatter([x for x, _y in places], [y for _x, y in places], **how)


def _legend(axes: Axes, heat: Heat, height: float) -> None:
    from matplotlib.patches import Rectangle

    rest = heat.accounts - len(heat.lines)
    if rest > 0:
        _text(axes, _EDGE + 14, height - 31, f"and {rest:,} more", color=_GREY)
    x = float(_EDGE)
    for cell in Cell:
        axes.add_patch(
            Rectangle(
                (x, height - 18),
                _CELL - 1,
                _CELL - 1,
                facecolor=_PAINT[cell],
                edgecolor="#bbbbbb" if cell is Cell.NOT_OWNED else "none",
                linewidth=0.5,
            )
        )
        _mark(axes, cell, [(x + _CELL / 2, height - 18 + _CELL / 2)])
        _text(axes, x + _CELL + 3, height - 18 + _CELL / 2, cell.value, fontsize=_SMALL + 1)
        x += _CELL + 14 + 5.2 * len(cell.value)


def _x(column: int) -> float:
    return _NAMES + _CELL * (column + 0.5)


def _y(row: int) -> float:
    return _HEAD + _ROW * (row + 0.5)
