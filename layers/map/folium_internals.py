"""Everything of folium and branca that has no public name, in one place; a release may move it.

``tests/layers/map/test_folium_internals.py`` checks each hook and names the release that broke it.
"""

from __future__ import annotations

from typing import Any

import folium
from branca.element import MacroElement
from folium.template import Template


class Script(MacroElement):
    """An element that is one statement of our own scripts.

    Parameters
    ----------
    name
        First part of the name of its variable in JavaScript.
    call
        The function that makes it.
    options
        Its argument; keys in snake case arrive in camel case.
    more
        Further arguments as JavaScript, with the comma before them.
    shown
        Whether it is added to its parent at once.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = {{ this.call }}({{ this.options|tojavascript }}"
        "{{ this.more }}){% if this.shown %}.addTo({{ this._parent.get_name() }}){% endif %};"
        "{% endmacro %}"
    )

    def __init__(
        self, name: str, call: str, options: Any, *, more: str = "", shown: bool = True
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca is typed in part only
        self._name = name
        self.call, self.options, self.more, self.shown = call, options, more, shown


def number_elements(root: MacroElement) -> None:
    """Give an element and all inside it numbers in their order: folium names them by chance.

    Equal maps have equal scripts only then, and a digest tells whether a map has changed.

    Parameters
    ----------
    root
        The map, or a part of it; what is added later keeps its name.
    """
    stack: list[Any] = [root]
    count = 0
    while stack:
        element = stack.pop()
        name_element(element, f"{count:x}")
        count += 1
        stack.extend(reversed(element._children.values()))  # noqa: SLF001  no public way


def name_element(element: MacroElement, suffix: str) -> None:
    """Set the second part of an element's name in JavaScript.

    Parameters
    ----------
    element
        A map, or an element of one.
    suffix
        Letters and digits, unique among elements of the same first part.
    """
    element._id = suffix  # noqa: SLF001  folium draws it by chance


def map_parts(chart: folium.Map) -> dict[str, str]:
    """Return what the page needs to draw a map.

    Parameters
    ----------
    chart
        The map, complete.

    Returns
    -------
    parts
        ``html`` of its box within its frame (static/map/frame.js), ``script`` that makes it there,
        and ``name``: the identifier of the box, and the variable that the script assigns the map
        to. ``static/host.js`` runs the script as the body of a function and returns that variable.
    """
    figure: Any = chart.get_root()
    figure.render()
    return {
        "html": f'<div class="tc-frame"><div id="{chart.get_name()}"></div></div>',
        "script": figure.script.render(),
        "name": chart.get_name(),
    }
