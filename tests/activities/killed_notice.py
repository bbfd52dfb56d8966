"""Run by a test as a process of its own: sends a notice until it is done, or until somebody kills it."""

import sys
from pathlib import Path
from uuid import UUID

from activities.notice_sending import NoticeSending
from domain.notice_messages import SendSome, SentSome
from tests import opened


def main(home: str, url: str, notice: str) -> None:
    with opened.resources(Path(home), url) as resources:
        sending, left = NoticeSending(resources), 1
        while left:
            some: SentSome = sending.send_some(SendSome(notice_id=UUID(notice), most=2_000, again=False, rate=None))
            left = some.left


if __name__ == "__main__":
    main(*sys.argv[1:])
