"""Messages are read as the conversations that they were, and a whole one can be decided about."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.resources import read_datamap
from api.console.cases.desk_shapes import shape_of
from domain.rights import Role
from tests.activities.package_case import DATAMAP, SearchedCase
from tests.at_console import AtConsole, text_of

SignIn = Callable[..., AtConsole]
TALKS = [
    (1, "T-1", "customer", "Ruth Adeyemi", "Where is my invoice?", "2026-10-01T09:00:00+00:00"),
    (2, "T-2", "agent", "Jo Marsh", "Welcome.", "2026-10-01T10:00:00+00:00"),
    (3, "T-1", "agent", "Jo Marsh", "Ring Mr Baker on 020 7946 0018.", "2026-10-02T09:00:00+00:00"),
]


CHATS = """
      - name: chats
        title: Your chats
        table: chats
        primary_key: [id]
        fields:
          id: {category: content, type: integer}
          ticket_id: {category: content, type: text}
          author: {category: content, type: text}
          author_name: {category: content, type: text, third_party: yes}
          body: {category: content, type: text, third_party: yes}
          created_at: {category: usage, type: datetime}
        references: [{field: id, to: platform.accounts.id, same_person: yes}]
        purpose: service
        lawful_basis: contract
        retention: prompt
        erasure: {action: delete}
        origin: provided
        created_at_field: created_at
"""


@pytest.fixture
def chatty(searched: SearchedCase, tmp_path: Path) -> SearchedCase:
    datamap = tmp_path / "chats.yml"
    datamap.write_text(DATAMAP.read_text().replace("\n  - name: billing", f"{CHATS}\n  - name: billing", 1))
    searched.resources = dataclasses.replace(searched.resources, datamap=read_datamap(datamap))
    return searched


@pytest.fixture
def talks(chatty: SearchedCase) -> SearchedCase:
    chatty.found("platform", "chats", TALKS)
    return chatty


def path_of(case: SearchedCase) -> str:
    return f"/console/cases/HAB-{case.id.hex[:8].upper()}"


def test_messages_are_read_in_their_order_and_a_conversation_is_decided_about(at_console: SignIn, talks: SearchedCase) -> None:
    person, here = at_console(), f"{path_of(talks)}/package/platform/chats"
    assert "As conversations" in person.get(here).text
    page = person.get(f"{here}/talks")
    told = text_of(page)
    assert "2 conversations" in told
    assert told.index("Where is my invoice?") < told.index("Ring Mr Baker") < told.index("Welcome.")
    assert '<mark title="' in page.text
    assert f'href="{here}?start=0#item-3"' in page.text
    form = person.post(f"{here}/rule", {"field": "ticket_id", "contains": "T-1"})
    assert re.search(r'name="contains"[^>]*value="T-1"', form.text)
    assert "As conversations" not in person.get(f"{path_of(talks)}/package/platform/accounts").text
    assert person.get(f"{path_of(talks)}/package/platform/accounts/talks").status_code == 404


def test_what_is_with_legal_is_no_part_of_a_conversation(at_console: SignIn, talks: SearchedCase) -> None:
    talks.decide(talks.items("platform", "chats")[2].id, "with_legal", "privilege", 1)
    told = text_of(at_console(Role.REVIEWER).get(f"{path_of(talks)}/package/platform/chats/talks"))
    assert "Where is my invoice?" in told
    assert "Ring Mr Baker" not in told
    assert "With legal." in told


def test_only_what_has_a_thread_and_a_text_is_a_conversation() -> None:
    assert shape_of(("id", "ticket_id", "author_name", "body", "created_at")) is not None
    assert shape_of(("id", "body")) is None
    assert shape_of(("ticket_id", "email")) is None


def test_a_conversation_whose_messages_lie_far_apart_is_read_whole_each_time(at_console: SignIn, chatty: SearchedCase) -> None:
    many = [
        (
            number,
            f"T-{number % 700}",
            "customer",
            "Ruth Adeyemi",
            f"Part {number} of what she wrote. {'x' * 60}",
            "2026-10-01T09:00:00+00:00",
        )
        for number in range(1, 2_101)
    ]
    chatty.found("platform", "chats", many)
    person, here = at_console(), f"{path_of(chatty)}/package/platform/chats/talks?start=695"
    for _ in range(2):  # the second time from what the first one learned about the places
        told = text_of(person.get(here))
        assert "700 conversations" in told
        assert (
            told.index("Part 696 of") < told.index("Part 1396 of") < told.index("Part 2096 of") < told.index("Conversation T-697")
        )
        assert "Conversation T-0" in told  # began last, so stands last
