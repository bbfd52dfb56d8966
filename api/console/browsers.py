"""Names a browser as its owner would, so that a list of sessions can be read; what it calls itself proves nothing.

Next: api/console/sessions.py
"""

from typing import Final

# The first that is found: every browser also claims to be older ones.
_BROWSERS: Final = (("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS: Final = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


def browser_of(user_agent: str) -> str:
    """Such as "Firefox on Linux"; never the header's own text, which whoever sends it chooses."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "a program")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
