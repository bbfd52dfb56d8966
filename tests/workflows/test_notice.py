"""One message to many people: lists and letters fixed by hash, approved by somebody else, each person once, a proof for each."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.testing import TimeSkipper

from activities.mailroom import Mailroom
from activities.notice_sending import WINDOW
from adapters.database.notice_reader import NoticeReader, genuine, note_answer
from adapters.database.notice_recipients import Recipients
from adapters.incoming.reading_room import ReadingRoom
from adapters.incoming.store import Arrived, store
from adapters.notice_letters import affected_of, recipient_of
from adapters.resources import Resources
from domain.incoming import Bounce
from domain.messages import WatchMailbox
from domain.notice import NoticeStatus
from domain.notice_commands import (
    AnswerReplies,
    ApproveNotice,
    Cancel,
    Continue,
    Pause,
    Prepare,
    Publish,
    Resend,
    SendLink,
    SendTest,
    SetPolicy,
    SetRate,
)
from tests import opened, post_office
from tests.adapters.incoming.corpus import mail
from tests.breach_factory import CASEWORKER, LEAD, RESPONDER
from tests.post_office import PostOffice
from tests.workflows.notice_under_way import Notice, notice


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office.opened() as server:
        yield server


@pytest.fixture
def resources(tmp_path: Path, sqlite_url: str, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    monkeypatch.setenv("HABEAS_SMTP_URL", office.url)
    with opened.resources(tmp_path / "home", sqlite_url) as everything:
        yield everything


@pytest.fixture
async def running(temporal_client: Client, time_skipper: TimeSkipper, resources: Resources) -> AsyncIterator[Notice]:
    async with notice(temporal_client, time_skipper, resources) as one:
        yield one


def people(number: int, country: str = "GB", language: str = "en") -> list[str]:
    lines = [f"person{each}@example.com,{country},{language}" for each in range(number)]
    return ["email,country,language", *lines]


def told(office: PostOffice) -> Counter[str]:
    return Counter(kept.recipients[0] for kept in office.kept)


async def ready(running: Notice, number: int = 5) -> None:
    await running.load(people(number))
    await running.write()
    await running.prepare()


async def test_each_person_is_told_once_and_there_is_a_proof_for_each(running: Notice, office: PostOffice) -> None:
    lines = [*people(250), "PERSON7@example.com,GB,en", "not an address,GB,en", ""]
    await running.load(lines)
    assert (running.state.recipients, running.state.unusable, running.state.countries) == (250, 1, {"gb": 250})
    await running.write()
    await running.prepare()
    await running.approve()
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    assert set(told(office).values()) == {1}
    assert len(told(office)) == running.state.sent == 250
    assert len({str(kept.message["Message-ID"]) for kept in office.kept}) == 250
    proof = NoticeReader(running.resources).proof(running.notice_id, "person7@example.com")
    assert proof is not None
    assert (proof.state, proof.segment) == ("sent", "gb_en")
    assert proof.at is not None
    assert NoticeReader(running.resources).proof(running.notice_id, "stranger@example.com") is None


async def test_a_letter_says_what_the_law_asks_and_nothing_to_sign_in_with(running: Notice, office: PostOffice) -> None:
    await ready(running, 1)
    await running.approve()
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    (kept,) = office.kept
    for sentence in (
        "What happened",
        "What this can mean for you",
        "What we have done",
        "What you can do",
        "Information Commissioner",
    ):
        assert sentence in kept.text
        assert sentence in kept.html
    links = re.findall(r"https?://[^\s<>\"]+", kept.text)
    assert [link for link in links if "/notice/" in link]
    assert not [link for link in links if re.search("login|sign", link)]
    token = next(link for link in links if "/notice/" in link).rpartition("/")[2]
    assert genuine(running.resources, token) is not None
    assert genuine(running.resources, token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert token in str(kept.message["Reply-To"])
    assert recipient_of(running.resources.vault, token) == 1
    assert kept.sender == str(kept.message["Reply-To"])
    assert b"-place" not in kept.raw


async def test_segments_have_their_own_letter_in_their_own_language(running: Notice, office: PostOffice) -> None:
    await running.load([*people(2), "fritz@example.de,DE,de", "anne@example.fr,FR,fr", "pt@example.pt,PT,pt"])
    await running.write()
    await running.write("de", nature="Am 22. November hat jemand gestohlene Passwörter ausprobiert.")
    await running.prepare()
    assert sorted(running.state.segments) == ["de_de", "fr_fr", "gb_en", "pt_en"]
    assert len({segment.letter_sha256 for segment in running.state.segments.values()}) == 4
    await running.approve()
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    letters = {kept.recipients[0]: kept.text for kept in office.kept}
    assert "Was geschehen ist" in letters["fritz@example.de"]
    assert "gestohlene Passwörter" in letters["fritz@example.de"]
    assert "What happened" in letters["anne@example.fr"], "French was not written"
    assert "CNIL" in letters["anne@example.fr"]


async def test_an_approval_is_bound_to_lists_and_letters_and_needs_another_person(running: Notice) -> None:
    await ready(running)
    first = str(running.state.sha256)
    assert await running.refused(ApproveNotice(actor=LEAD.model_copy(update={"person": RESPONDER.person}), sha256=first)) == (
        "four-eyes"
    )
    await running.write(advice="Something else.")
    assert await running.refused(ApproveNotice(actor=LEAD, sha256=first)) == "not-allowed-now"
    assert await running.prepare() != first
    assert await running.refused(ApproveNotice(actor=LEAD, sha256=first)) == "stale-hash"
    second = str(running.state.sha256)
    await running.load(people(6))
    assert await running.prepare() != second
    await running.command(Prepare(actor=RESPONDER))
    await running.until(lambda one: one.state.sha256)


async def test_a_pause_is_felt_and_going_on_tells_nobody_twice(running: Notice, office: PostOffice) -> None:
    await ready(running, 6 * WINDOW)
    await running.command(SetRate(actor=RESPONDER, rate=200))
    await running.approve()
    await running.until(lambda _one: len(office.kept) >= WINDOW // 2)
    await running.command(Pause(actor=LEAD))
    await running.until(lambda one: one.tags[-1] == "notice:sending:progressed")
    paused = len(office.kept)
    assert paused <= 3 * WINDOW
    await running.age(minutes=30)
    assert len(office.kept) == paused
    await running.command(SetRate(actor=LEAD, rate=0))
    await running.command(Continue(actor=LEAD))
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    assert set(told(office).values()) == {1}
    assert len(told(office)) == 6 * WINDOW


async def test_what_is_refused_is_counted_and_what_is_put_off_is_tried_again(running: Notice, office: PostOffice) -> None:
    await ready(running, 3)
    office.to_recipient = "451 4.7.1 grey-listed"
    await running.approve()
    await running.until(
        lambda one: Recipients(one.resources.database, one.resources.vault, one.notice_id).tally()["deferred"] == 3
    )
    office.to_recipient = post_office.OK
    await running.age(minutes=16)
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    assert (running.state.sent, running.state.given_up) == (3, 0)


async def test_a_mailbox_that_does_not_exist_is_counted_and_given_up(running: Notice, office: PostOffice) -> None:
    await ready(running, 3)
    office.to_recipient = "550 5.1.1 no such mailbox"
    await running.approve()
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    assert (running.state.sent, running.state.refused) == (0, 3)
    proof = NoticeReader(running.resources).proof(running.notice_id, "person1@example.com")
    assert proof is not None
    assert (proof.state, proof.code) == ("refused", 550)


async def test_bounces_and_answers_come_back_to_the_person_they_belong_to(running: Notice, office: PostOffice) -> None:
    await ready(running, 4)
    await running.approve()
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    vault, now = running.resources.vault, datetime.now(UTC)
    hard, soft, warning = Bounce(hard=True), Bounce(hard=False, status="4.2.2"), Bounce(hard=False, final=False)
    with running.resources.database.write() as session:
        assert note_answer(session, vault, ["x@example.com", office.kept[0].sender], now, bounce=hard)
        assert note_answer(session, vault, [office.kept[1].sender.upper()], now)
        assert note_answer(session, vault, [office.kept[2].sender], now, bounce=soft)
        assert note_answer(session, vault, [office.kept[3].sender], now, bounce=warning)
        assert note_answer(session, vault, [office.kept[3].sender], now, machine=True)
        assert not note_answer(session, vault, ["privacy+hab-n1234567-1-aaaaaaaaaaaaaaaa@habeas.example"], now, bounce=hard)
    reader = NoticeReader(running.resources)
    proofs = [reader.proof(running.notice_id, kept.recipients[0]) for kept in office.kept]
    assert [(proof.state, bool(proof.replied_at)) for proof in proofs if proof] == [
        ("bounced", False),
        ("sent", True),
        ("deferred", False),
        ("sent", False),
    ]


async def test_what_came_back_for_now_goes_out_again_by_itself_and_the_rest_when_somebody_wishes_it(
    running: Notice, office: PostOffice
) -> None:
    await ready(running, 3)
    await running.approve()
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    first = {kept.recipients[0]: str(kept.message["Message-ID"]) for kept in office.kept}
    full, gone = office.kept[0], office.kept[1]
    with running.resources.database.write() as session:
        vault, now = running.resources.vault, datetime.now(UTC)
        note_answer(session, vault, [full.sender], now, bounce=Bounce(hard=False, status="5.2.2"))
        note_answer(session, vault, [gone.sender], now, bounce=Bounce(hard=True, status="5.7.1"))
    office.kept.clear()
    await running.age(minutes=61)
    await running.until(lambda one: one.state.sent_again == 1)
    assert [(kept.recipients[0], str(kept.message["Message-ID"])) for kept in office.kept] == [
        (full.recipients[0], first[full.recipients[0]])
    ]
    assert NoticeReader(running.resources).tally(running.notice_id) == {"sent": 2, "bounced": 1}
    assert [person[0] for person in NoticeReader(running.resources).not_told(running.notice_id)] == gone.recipients
    await running.command(Resend(actor=RESPONDER, note=running.note("Our server was on a block list.")))
    await running.until(lambda one: not one.state.resend)
    assert [kept.recipients for kept in office.kept] == [full.recipients, gone.recipients]
    assert NoticeReader(running.resources).tally(running.notice_id) == {"sent": 3}
    await running.age(days=7)
    await running.handle.result()
    assert len(office.kept) == 2


async def test_a_test_letter_goes_to_us_alone_and_says_so(running: Notice, office: PostOffice) -> None:
    await ready(running, 3)
    await running.command(SendTest(actor=RESPONDER, note=running.note("rita@example.com")))
    await running.until(lambda one: one.state.tested_at)
    assert [kept.recipients for kept in office.kept] == [["rita@example.com"]]
    assert str(office.kept[0].message["Subject"]).strip().startswith("[Test]")
    assert running.state.status is NoticeStatus.READY


async def test_it_starts_when_it_was_told_to(running: Notice, office: PostOffice) -> None:
    await ready(running, 2)
    await running.approve(start_at=datetime.now(UTC) + timedelta(hours=3))
    await running.age(hours=2)
    assert office.kept == []
    await running.age(hours=1.5)
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    assert len(office.kept) == 2


async def test_a_list_without_addresses_is_said_to_be_none(running: Notice) -> None:
    await running.load(["name,country", "Mike,GB"])
    assert running.state.list_failed
    assert await running.refused(Prepare(actor=RESPONDER)) == "not-allowed-now"


async def test_a_cancelled_notice_is_over_and_who_was_told_stays_on_record(running: Notice, office: PostOffice) -> None:
    await ready(running, 3 * WINDOW)
    await running.command(SetRate(actor=RESPONDER, rate=100))
    await running.approve()
    await running.until(lambda _one: office.kept)
    await running.command(Cancel(actor=LEAD, note=running.note("Wrong list.")))
    await running.handle.result()
    assert 0 < running.state.sent < 3 * WINDOW
    assert running.state.sent == len(office.kept)


async def test_an_exercise_sends_nothing(
    temporal_client: Client, time_skipper: TimeSkipper, resources: Resources, office: PostOffice
) -> None:
    async with notice(temporal_client, time_skipper, resources, exercise=True) as one:
        await ready(one, 150)
        await one.approve()
        await one.until(lambda each: each.state.status is NoticeStatus.FINISHED)
        assert (one.state.sent, office.kept) == (150, [])


async def test_a_change_of_policy_goes_the_same_road(
    temporal_client: Client, time_skipper: TimeSkipper, resources: Resources, office: PostOffice
) -> None:
    async with notice(temporal_client, time_skipper, resources, purpose="policy_change") as one:
        await one.load(people(1))
        await one.write()
        assert await one.refused(Prepare(actor=RESPONDER)) == "invalid-input"
        await one.command(SetPolicy(actor=RESPONDER, version="v2026_12", updated=date(2026, 12, 1)))
        await one.prepare()
        await one.approve()
        await one.until(lambda each: each.state.status is NoticeStatus.FINISHED)
        (kept,) = office.kept
        text = " ".join(kept.text.split())
        wanted = ("v2026_12", "Tue 1 December 2026", "We keep prompts for 30 days.", "delete your account", "not taken as your")
        assert [words for words in wanted if words not in text] == []


async def test_a_public_notice_is_a_decision_of_its_own(running: Notice) -> None:
    text = running.note("Somebody tried stolen passwords on 22 November.")
    state = await running.command(Publish(actor=LEAD, language="en", note=text))
    assert state.published == {"en": text}


async def test_people_who_write_back_are_answered_together_also_after_the_end(running: Notice, office: PostOffice) -> None:
    resources, now = running.resources, datetime.now(UTC)
    await ready(running, 2)
    await running.approve()
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    await running.age(days=7)
    await running.handle.result()
    told_first = {kept.recipients[0]: kept for kept in office.kept}
    raws = [
        mail("Was I affected?", "Re: Please read", address, Delivered_To=kept.sender).replace(b"<1@post", b"<1%d@post" % place)
        for place, (address, kept) in enumerate(told_first.items())
    ]
    raws.append(mail("Me too?", "Am I affected?", "stranger@example.com"))
    store(resources, "imap", [Arrived(raw, now) for raw in raws], now)
    Mailroom(resources, lambda _name: None).sort_mail(WatchMailbox(mailbox="desk"))
    waiting = ReadingRoom(resources).of_notice(running.notice_id)
    assert {view.read.sender for view in waiting if view.read} == set(told_first), "the stranger wrote to another address"
    office.kept.clear()
    state = await running.carried_on(
        AnswerReplies(actor=CASEWORKER, mails=[view.row.id for view in waiting], note=running.note("Change your password."))
    )
    assert state.status is NoticeStatus.FINISHED
    await running.until(lambda one: one.state.answered == 2)
    assert set(told(office).values()) == {1}
    first = office.kept[0]
    assert "Change your password." in first.text
    assert str(first.message["In-Reply-To"]).strip() in {"<10@post.example>", "<11@post.example>"}
    assert ReadingRoom(resources).of_notice(running.notice_id) == []
    link = re.search(r"/affected/(\S+)", first.text)
    assert link is not None
    reference, index = affected_of(resources.vault, link[1]) or ("", b"")
    proof = NoticeReader(resources).proof_of(running.notice_id, index)
    assert proof is not None
    assert proof.state == "sent"
    assert affected_of(resources.vault, link[1][:-1] + ("a" if link[1][-1] != "a" else "b")) is None, "nobody makes one up"
    assert reference == NoticeReader(resources).get(running.notice_id).dossier.reference
    office.kept.clear()
    await running.command(SendLink(actor=CASEWORKER, note=running.note("stranger@example.com")))
    await running.until(lambda one: one.state.answered == 3)
    token = re.search(r"/affected/(\S+)", office.kept[0].text)
    assert token is not None
    found = affected_of(resources.vault, token[1])
    assert found is not None
    assert NoticeReader(resources).proof_of(running.notice_id, found[1]) is None
    await running.age(days=7)
    await running.handle.result()


async def test_a_public_notice_after_the_end_is_published(running: Notice) -> None:
    await ready(running, 1)
    await running.approve()
    await running.until(lambda one: one.state.status is NoticeStatus.FINISHED)
    await running.age(days=7)
    await running.handle.result()
    state = await running.carried_on(Publish(actor=LEAD, language="en", note=running.note("Stolen passwords were tried.")))
    assert set(state.published) == {"en"}


@pytest.mark.slow
async def test_ten_thousand_people_leave_fewer_than_200_events_in_the_engine(
    temporal_client: Client, time_skipper: TimeSkipper, resources: Resources
) -> None:
    async with notice(temporal_client, time_skipper, resources, exercise=True) as one:
        await one.load(people(10_000))
        await one.write()
        await one.prepare()
        before = (await one.handle.describe()).history_length
        await one.approve()
        await one.until(lambda each: each.state.status is NoticeStatus.FINISHED)
        await one.handle.result()
        assert (await one.handle.describe()).history_length - before < 200
        assert one.state.sent == 10_000
