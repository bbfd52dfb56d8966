"""The notices about a breach, as its page shows them: how many were told, and what waits for somebody.

Next: api/console/notices/pages.py
"""

from typing import Any

from adapters.database.breach_reader import BreachView
from adapters.database.notice_reader import NoticeReader
from api.console.breaches.picture import Told
from api.dependencies import Web


def notices_of(web: Web, view: BreachView) -> list[dict[str, Any]]:
    """Every notice about a breach, newest first, with its progress."""
    reader = NoticeReader(web.resources)
    found = []
    for notice in reader.page(breach=view.dossier.id):
        title = reader.words(notice.dossier.id, [notice.state.title])
        tally = reader.tally(notice.dossier.id)
        found.append(
            {
                "reference": notice.dossier.reference,
                "title": title.get(notice.state.title, "") if notice.state.title else "",
                "state": notice.state,
                "sent": tally.get("sent", 0) + tally.get("bounced", 0),
                "back": tally.get("bounced", 0) + tally.get("refused", 0),
                "all": notice.state.recipients,
            }
        )
    return found


def as_todos(notices: list[dict[str, Any]]) -> list[Told]:
    """The same as things to do."""
    return [
        Told(each["title"] or each["reference"], f"/console/notices/{each['reference']}", each["state"].status, each["all"])
        for each in notices
    ]
