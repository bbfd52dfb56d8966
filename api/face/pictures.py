"""Pictures that both faces and every desk show: SVG templates, and the words they all need.

Next: api/face/timeline.py
"""

from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def drawn(template: str, **variables: object) -> Markup:
    """A picture as it stands in a page; whatever it is given is escaped inside."""
    return Markup(_environment().get_template(template).render(variables))  # noqa: S704 (rendered with autoescape)
