"""Who is kept away from a case, and what reviewers say of its items, by API as by the console."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

from domain.rights import Role
from tests.activities.package_case import SearchedCase

Key = Callable[..., dict[str, str]]


def url_of(case: SearchedCase) -> str:
    return f"/api/v1/cases/HAB-{case.id.hex[:8].upper()}"


def test_a_wall_hides_the_case_until_a_privacy_lead_lifts_it(web: TestClient, key: Key, searched: SearchedCase) -> None:
    anna, lead, rita = key(), key(Role.PRIVACY_LEAD, name="lea"), key(Role.REVIEWER, name="rita")
    walls = f"{url_of(searched)}/walls"
    key(Role.DPO, name="dora")  # somebody who could lift it has to be left
    body = {"person": "RITA-reviewer@example.com", "reason": "She is named in it"}
    assert web.post(walls, headers=anna, json=body).status_code == 204
    assert web.get(url_of(searched), headers=rita).status_code == 404
    assert web.post(walls, headers=anna, json=body).status_code == 409
    unknown = web.post(walls, headers=anna, json=body | {"person": "nobody@example.com"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "person")
    (wall,) = web.get(walls, headers=anna).json()["walls"]
    assert (wall["person"], wall["reason"], wall["lifted_at"]) == ("rita", "She is named in it", None)
    assert web.post(f"{walls}/{wall['id']}/lift", headers=anna).status_code == 403
    (lifted,) = web.post(f"{walls}/{wall['id']}/lift", headers=lead).json()["walls"]
    assert lifted["lifted_by"] is not None


def test_reviewers_ask_and_answer_about_an_item(web: TestClient, key: Key, searched: SearchedCase) -> None:
    anna, rita = key(), key(Role.REVIEWER, name="rita")
    item, other = (found.id for found in searched.items("billing", "invoices"))
    remarks = f"{url_of(searched)}/remarks"

    def say(who: dict[str, str], kind: str, **more: object) -> tuple[int, Any]:
        answer = web.post(remarks, headers=who, json={"item": item, "kind": kind, **more})
        return answer.status_code, answer.json()

    assert say(anna, "flag")[0] == 201
    assert say(anna, "tag", text="x" * 41)[1]["field"] == "text"
    assert say(anna, "question", text="Whose street is it?")[1]["field"] == "to"
    assert say(anna, "question", text="Whose street is it?", to="rita-reviewer@example.com")[0] == 201
    flag, question = web.get(remarks, headers=rita).json()["remarks"]
    assert (flag["kind"], question["text"], question["answer"]) == ("flag", "Whose street is it?", None)
    assert say(rita, "answer", about=question["id"], text="Her own")[0] == 201
    assert say(rita, "answer", about=question["id"], text="No, his")[0] == 409
    (answered,) = say(anna, "removed", about=flag["id"])[1]["remarks"]
    assert answered["answer"]["text"] == "Her own"
    assert say(anna, "note", item=other, position=1, text="Paid twice")[1]["remarks"][0]["position"] == 1
    searched.decide(other, "with_legal", "privilege", 1)
    assert say(anna, "note", item=other, text="And again")[0] == 409
    assert [each["item"] for each in web.get(remarks, headers=rita).json()["remarks"]] == [item]
