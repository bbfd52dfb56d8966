"""A Fides dataset becomes a draft: what it says is taken over, and what it does not say is asked for by line."""

import pytest

from domain.datamap import check_static
from domain.errors import DataMapError
from domain.fides_import import import_fides

DATASET = """
dataset:
  - fides_key: saas-db
    name: Small SaaS
    collections:
      - name: users
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: True}}
          - name: email
            data_categories: [user.contact.email, user.contact]
            fides_meta: {identity: email, masking_strategy_override: {strategy: random_string_rewrite}}
          - {name: phone, data_categories: [user.contact.phone_number], fides_meta: {identity: phone_number}}
          - {name: team_id, data_categories: [system.operations],
             fides_meta: {references: [{dataset: saas-db, field: teams.id, direction: to}]}}
          - name: address
            fields: [{name: street, data_categories: [user.contact.address]}]
      - name: prompts
        fields:
          - {name: user_id, data_categories: [user.unique_id],
             fides_meta: {references: [{dataset: saas-db, field: users.id, direction: from}]}}
          - {name: body, data_categories: [user.content]}
      - name: teams
        fields:
          - {name: id, data_categories: [system.operations]}
"""


def test_keys_identities_and_references_are_taken_over() -> None:
    draft = import_fides(DATASET).text
    for part in ("name: saas_db", "table: prompts", "email: email", "phone: phone", "to: saas_db.users.id"):
        assert part in draft
    assert "read: ${SAAS_DB_URL}" in draft


def test_a_reference_stands_at_the_collection_it_leads_to() -> None:
    draft = import_fides(DATASET).text
    teams = draft[draft.index("name: teams") :]
    assert "to: saas_db.users.team_id" in teams
    assert "saas_db.teams" not in draft


def test_what_could_not_be_taken_over_is_said() -> None:
    notes = import_fides(DATASET).notes
    assert [note.partition(":")[0] for note in notes] == [
        "saas_db.users.email",
        "saas_db.users.email",
        "saas_db.users.address",
    ]


def test_the_law_is_asked_for_and_never_guessed() -> None:
    sentences = [finding.sentence for finding in check_static("version: 1\n" + import_fides(DATASET).text)]
    for key in ("retention rule", "purpose", "lawful basis", "erasure", "come from", "same_person"):
        assert any(key in sentence for sentence in sentences), key
    assert not any("no key" in sentence for sentence in sentences)


@pytest.mark.parametrize("text", ["dataset: []", "[]", "dataset: &a [*a]", "dataset: {a: 1}", "systems: []"])
def test_what_is_no_dataset_is_refused(text: str) -> None:
    with pytest.raises(DataMapError):
        import_fides(text)
