"""Whatever comes is read or named unreadable: nothing crashes, nothing is lost, nothing is shown that a browser would run."""

import hashlib
import io
from email.message import EmailMessage

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.incoming.parsing import contents, parse, parts_of, read, without
from domain.incoming import MailKind
from tests.adapters.documents.corpus import line, pdf
from tests.adapters.incoming.clients import ANSWERS, CLEAR, KEPT, QUOTED, SAYS, SEALED, Answer, answered
from tests.adapters.incoming.corpus import BROKEN, SAMPLES, Sample, mail, report
from tests.domain.test_identity_documents import TD3


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_what_wrote_a_mail_is_recognised(sample: Sample) -> None:
    assert read(sample.raw).kind is sample.kind


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_a_broken_mail_is_read_as_far_as_it_goes(raw: bytes) -> None:
    found = read(raw)
    assert found.model_validate_json(found.model_dump_json()) == found


@given(st.binary(max_size=2_000))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_crash(raw: bytes) -> None:
    read(raw)


_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs")), min_size=1, max_size=60
)


@given(text=_WORDS, files=st.lists(st.binary(min_size=1, max_size=300), max_size=4), html=st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_word_and_every_file_of_a_well_formed_mail_is_found(text: str, files: list[bytes], *, html: bool) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "mia@post.example", "privacy@imaginella.example", "x"
    message.set_content(text)
    if html:
        message.add_alternative("<p>other</p>", subtype="html")
    for place, content in enumerate(files):
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{place}.bin")
    found = read(message.as_bytes())
    assert text in found.text
    assert [each.sha256 for each in found.attachments] == [hashlib.sha256(content).hexdigest() for content in files]
    parts = dict(parts_of(parse(message.as_bytes())))
    assert [parts[each.index].get_payload(decode=True) for each in found.attachments] == files


def test_html_alone_becomes_text_and_loses_what_runs_or_loads() -> None:
    html = (
        "<html><head><style>p{}</style></head><body onload=x()><p>Please send <b>my data</b></p><script>alert(1)</script>"
        '<img src="https://track.example/1.gif"><a href="javascript:x">one</a> <a href="https://a.example">two</a>'
        '<form action="/x"><input></form><p style="background:url(https://t.example)">end</p></body></html>'
    )
    found = read(mail(html, Content_Type="text/html; charset=utf-8"))
    assert found.text == "Please send my data\none two\nend"
    assert found.html is not None
    for bad in ("script", "img", "track", "javascript", "form", "style", "onload", "url("):
        assert bad not in found.html
    assert 'href="https://a.example"' in found.html


@pytest.mark.parametrize(
    "quoted",
    [
        "On Mon, 23 Nov 2026 at 09:00, Privacy <privacy@imaginella.example> wrote:\n> Which account do you mean?\n> Yours",
        "Am 23.11.2026 um 09:00 schrieb Privacy <privacy@imaginella.example>:\n> Welches Konto meinen Sie?",
        "Le lun. 23 nov. 2026 à 09:00, Privacy <privacy@imaginella.example> a écrit :\n> Quel compte ?",
    ],
)
def test_what_is_quoted_is_folded_away_and_kept(quoted: str) -> None:
    found = read(mail(f"Everything, please.\n\n{quoted}\n"))
    assert found.reply == "Everything, please."
    assert "\n> " in found.text


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda each: each.program)
def test_what_mail_programs_quote_is_folded_away_and_what_was_written_is_not(answer: Answer) -> None:
    found = read(answered(answer, "privacy@imaginella.example", "<letter@imaginella.example>"))
    assert SAYS in found.reply
    assert QUOTED not in found.reply
    assert QUOTED in found.text
    assert (found.in_reply_to, found.kind) == ("<letter@imaginella.example>", MailKind.PERSON)
    if answer.html:  # phones send it alone
        alone = EmailMessage()
        alone["From"] = "mia@post.example"
        alone.set_content(answer.html, subtype="html")
        reply = read(alone.as_bytes()).reply
        assert SAYS in reply
        assert QUOTED not in reply


@pytest.mark.parametrize("name", SEALED)
def test_what_no_text_can_be_read_of_is_kept_and_named(name: str) -> None:
    found = read(SEALED[name])
    kept, told = KEPT[name]
    assert found.kind is MailKind.PERSON
    assert [(each.name, each.media_type) for each in found.attachments] == kept
    assert ("Hello in the clear" in found.text) is (name in CLEAR)
    assert told in " ".join(found.problems)
    assert bool(found.problems) is bool(told)


def test_a_hard_bounce_says_who_and_which_letter() -> None:
    bounce = read(report()).bounce
    assert bounce is not None
    assert (bounce.hard, bounce.status, bounce.recipient) == (True, "5.1.1", "mia@post.example")
    assert bounce.original == "<letter@imaginella.example>"


def test_a_delay_is_no_hard_bounce_and_a_success_none_at_all() -> None:
    delayed = read(report("4.4.1", "delayed")).bounce
    assert delayed is not None
    assert not delayed.hard
    assert read(report("2.0.0", "delivered")).kind is not MailKind.BOUNCE


def test_a_full_mailbox_in_a_servers_own_words_is_a_soft_bounce() -> None:
    sample = next(each for each in SAMPLES if each.name == "Exim's own words")
    bounce = read(sample.raw).bounce
    assert bounce is not None
    assert (bounce.hard, bounce.recipient) == (False, "mia@post.example")


def test_what_is_quoted_in_a_bounce_is_no_request() -> None:
    assert read(report()).suggestions == []


def test_two_senders_are_nobody() -> None:
    twice = mail().replace(b"To:", b"From: boss@imaginella.example\r\nTo:")
    for raw in (twice, mail(sender="mia@post.example, boss@imaginella.example")):
        found = read(raw)
        assert found.sender is None
        assert "The mail names more than one sender." in found.problems


def test_a_blind_copy_is_found_in_the_trace_fields() -> None:
    raw = mail(Delivered_To="secret@imaginella.example", Received="from a by b for <blind@imaginella.example>; Mon")
    assert {"secret@imaginella.example", "blind@imaginella.example"} <= set(read(raw).recipients)


def test_names_of_files_lose_their_folders_and_their_tricks() -> None:
    raw = mail("x", Content_Type="application/pdf", Content_Disposition='attachment; filename="..\\..\\in\u202evoice.pdf"')
    assert [each.name for each in read(raw).attachments] == ["invoice.pdf"]


@pytest.mark.parametrize(
    ("name", "suspected"),
    [
        ("Passport scan.jpg", True),
        ("my_id.pdf", True),
        ("Personalausweis.png", True),
        ("invoice.pdf", False),
        ("video.jpg", False),
    ],
)
def test_the_name_of_a_file_makes_a_suspicion_and_never_more(name: str, *, suspected: bool) -> None:
    raw = mail("x", Content_Type="image/jpeg", Content_Disposition=f'attachment; filename="{name}"')
    assert [(each.suspected, each.document) for each in read(raw).attachments] == [(suspected, False)]


def passport(text: str = TD3) -> bytes:
    """The copy of a passport as a PDF, as a scanner with text recognition makes it."""
    return pdf(line(text.replace("\n", ") Tj 0 -20 Td (")))


def attached(
    content: bytes, name: str = "scan.pdf", body: str = "x", kind: tuple[str, str] = ("application", "pdf")
) -> EmailMessage:
    message = EmailMessage()
    message.set_content(body)
    message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
    return message


def test_a_machine_readable_zone_is_certain_whatever_the_file_is_called() -> None:
    (found,) = read(attached(passport()).as_bytes()).attachments
    assert (found.document, found.suspected) == (True, False)


def test_a_zone_with_a_wrong_digit_and_one_in_a_long_document_are_suspicions() -> None:
    wrong = attached(passport(TD3.replace("740812", "740813"))).as_bytes()
    document = pikepdf.Pdf.open(io.BytesIO(passport()))
    for _ in range(3):
        document.pages.append(document.pages[1])
    longer = io.BytesIO()
    document.save(longer)
    for raw in (wrong, attached(longer.getvalue()).as_bytes()):
        assert [(each.document, each.suspected) for each in read(raw).attachments] == [(False, True)]


def test_an_invoice_is_neither() -> None:
    (found,) = read(attached(pdf(line("Invoice 1207 for photographs"))).as_bytes()).attachments
    assert (found.document, found.suspected) == (False, False)


def test_a_picture_is_suspected_by_what_the_mail_says_and_a_small_logo_is_not() -> None:
    message = attached(b"\xff\xd8\xff\xe0" + bytes(20_000), "IMG_1.jpg", "Attached is a photo of my passport.", ("image", "jpeg"))
    message.add_attachment(b"\xff\xd8\xff\xe0" + bytes(200), maintype="image", subtype="jpeg", filename="logo.jpg")
    assert [each.suspected for each in read(message.as_bytes()).attachments] == [True, False]


def test_a_proof_in_a_forwarded_mail_is_named_alone_and_can_go_alone() -> None:
    outer = EmailMessage()
    outer.set_content("See below")
    outer.add_attachment(attached(passport(), body="the mail around it"))
    outer.add_attachment(b"another", maintype="application", subtype="octet-stream", filename="other.bin")
    raw = outer.as_bytes()
    proof = next(each for each in read(raw).attachments if each.document)
    rest = without(raw, [proof.index])
    assert b"the mail around it" in rest
    again = read(rest).attachments
    assert contents(rest, [each.index for each in again if each.name == "other.bin"]) == [b"another"]
    assert not any(each.document for each in again)


def test_an_attached_mail_is_an_attachment_and_not_the_senders_words() -> None:
    inner = mail("Delete my data").decode()
    raw = mail(
        f"--B\r\n\r\nSee below\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--B--",
        Content_Type="multipart/mixed; boundary=B",
    )
    found = read(raw)
    assert found.text == "See below"
    assert [each.media_type for each in found.attachments] == ["message/rfc822"]
    assert found.suggestions == []


@given(sample=st.sampled_from([each.raw for each in SAMPLES]), data=st.data())
@settings(max_examples=150, deadline=None)
def test_no_cut_and_no_change_of_a_real_mail_makes_it_crash(sample: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(len(sample), start + 200)))
    changed = sample[:start] + data.draw(st.binary(max_size=40)) + sample[end:]
    found = read(changed)
    assert found.model_validate_json(found.model_dump_json()) == found
