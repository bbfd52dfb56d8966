"""A look at a page as everybody meets it: in both lights, at 320 px and at 200 %, with axe, and as a screen reader is told of it.

What a screen reader is told is chromium's own accessibility tree. One load serves all of them; a page that passes here needs no
test of its own for any of it.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import SCREENSHOTS

WIDE: Final = {"width": 1280, "height": 900}
TELEPHONE: Final = {"width": 360, "height": 740}
NARROWEST: Final = {"width": 320, "height": 640}  # 1280 px at 400 % (WCAG 1.4.10)
_DOUBLE: Final = {"width": 640, "height": 450}  # 1280 px at 200 % (WCAG 1.4.4)
_SMALL: Final = (
    "() => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea')]"
    ".filter(each => each.checkVisibility() && !each.closest('.hidden') && !['checkbox', 'radio'].includes(each.type))"
    ".filter(each => each.getBoundingClientRect().height < 24).map(each => each.outerHTML)"
)
_DOUBLED: Final = (
    "() => [...document.querySelectorAll('[id]')].map(each => each.id).filter((id, at, all) => all.indexOf(id) !== at)"
)
_CUT: Final = (
    "() => [...document.querySelectorAll('h1, h2, p, li, dt, dd, label, legend, a, button, summary, select')]"
    ".filter(each => each.checkVisibility() && !each.closest('.hidden') && each.scrollWidth > each.clientWidth + 1)"
    ".filter(each => getComputedStyle(each).display !== 'inline').map(each => each.outerHTML)"
)
_NAMED: Final = {"link", "button", "textbox", "searchbox", "checkbox", "radio", "combobox", "Date", "InputTime"}
_LANDMARKS: Final = {"banner", "navigation", "main", "complementary", "contentinfo", "search", "form", "region"}


def photograph(page: Page, name: str) -> None:
    """Keep a picture of the whole page, for one's own eyes."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def looked_at(page: Page, name: str) -> None:
    """Everything that holds for every page.

    Args:
        page: loaded, with a script.
        name: of its pictures.
    """
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    photograph(page, f"{name}-light")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    told_in_order(page, name)
    assert page.evaluate(_DOUBLED) == [], f"{name}: what a label or a link leads to stands there twice"
    page.emulate_media(color_scheme="dark")
    photograph(page, f"{name}-dark")
    found = Axe().run(page, options={"runOnly": ["color-contrast"]})  # nothing else depends on the light
    assert found.violations_count == 0, found.generate_report()
    page.emulate_media(color_scheme="light")
    for size in (_DOUBLE, NARROWEST):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= size["width"], f"{name} scrolls sideways at {size['width']} px: {width}"
    photograph(page, f"{name}-320")
    assert page.evaluate(_SMALL) == [], name  # WCAG 2.5.8; boxes of 16 px have a target of 26
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def looked_at_in_another_language(page: Page, name: str) -> None:
    """What other words can break on a page that `looked_at` passed: they are longer, and their language has to be told."""
    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= TELEPHONE["width"], f"{name} scrolls sideways: {width}"
    assert page.evaluate(_CUT) == [], f"{name}: words that stand out of their box"
    photograph(page, f"{name}-360")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def told_in_order(page: Page, name: str = "") -> list[tuple[str, str]]:
    """What chromium hands to a screen reader, in the order in which it is read; gives the headings as (level, words).

    One main part and one first heading, no level left out on the way down, everything that can be pressed or filled in has a
    name, landmarks of the same kind can be told apart, and the top of the page comes before its middle.
    """
    nodes = list(_read(page))
    roles = [role for role, _, _ in nodes]
    assert roles.count("main") == 1, name
    assert roles.count("banner") == 1, name
    assert roles.index("banner") < roles.index("main"), name
    nameless = [role for role, said, _ in nodes if role in _NAMED and not said]
    assert nameless == [], f"{name}: nobody hears what these are"
    headings = [(int(facts["level"]), said) for role, said, facts in nodes if role == "heading"]
    assert [level for level, _ in headings].count(1) == 1, f"{name}: {headings}"
    # A summary of mistakes stands before the first heading, because it is what one has to hear first.
    levels = [1, *(level for level, _ in headings if level > 1)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), f"{name}: {headings}"
    assert all(said for _, said in headings), f"{name}: {headings}"
    twins = Counter((role, said) for role, said, _ in nodes if role in _LANDMARKS and (said or role != "form"))
    assert [each for each, number in twins.items() if number > 1] == [], f"{name}: landmarks that sound the same"
    return [(f"h{level}", said) for level, said in headings]


def live_regions(page: Page) -> list[tuple[str, str]]:
    """The parts of a page that are read aloud when they change: their roles, and how."""
    return [
        (role, str(facts["live"])) for role, _, facts in _read(page) if role != "StaticText" and facts.get("live", "off") != "off"
    ]


def _read(page: Page) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Role, name and properties of each node of the accessibility tree, depth first."""
    session = page.context.new_cdp_session(page)
    try:
        nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    finally:
        session.detach()
    root = next(key for key, node in nodes.items() if not node.get("parentId"))
    waiting = [root]
    while waiting:
        node = nodes.get(waiting.pop())
        if node is None:
            continue
        waiting += reversed(node.get("childIds", []))
        if not node.get("ignored"):
            facts = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
            yield str(node["role"]["value"]), str(node.get("name", {}).get("value", "")).strip(), facts
