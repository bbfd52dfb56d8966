"""What was agreed to be searched in mail archives, as the person reads it in the copy and its letter (Article 15).

Next: activities/package_view.py
"""

from activities.package_cells import count, day, visible
from activities.package_language import say
from domain.archives import AgreedScope


def agreed(scope: AgreedScope | None) -> str:
    """The end of a line about a system; nobody's mailbox is named. Empty for a system without a scope."""
    if scope is None:
        return ""
    first = say("from %(day)s", day=day(scope.period.first)) if scope.period.first else say("from the beginning")
    last = say("to %(day)s", day=day(scope.period.last)) if scope.period.last else say("to the end")
    named = ", ".join(f"\u201c{visible(term)}\u201d" for term in scope.terms)
    where = count(len(scope.archives), "mailbox or chat", "mailboxes or chats")
    said = say("; as agreed in %(where)s, %(first)s %(last)s", where=where, first=first, last=last)
    return said + (say(", beside your identifiers for %(words)s", words=named) if named else "")
