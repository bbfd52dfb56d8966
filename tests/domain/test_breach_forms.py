"""The report beside the ICO's form, field by field: what the form asks for has a field of ours, in its part and its order.

The left column is the form as described by the ICO and by a published copy of it (six parts). Other authorities' forms hold
the same fields in their own order (`test_breach.py`).
"""

import pytest

from domain.breach_choices import choice_word
from domain.breach_forms import FIELDS, FORMS

# What the form asks, in its own words -> our field.
ICO: dict[str, dict[str, str]] = {
    "About your report": {
        "initial or follow-up report, with the reference": "report_kind",
        "reason: threshold met, not sure, for information": "report_reason",
    },
    "About the breach": {
        "what happened": "what_happened",
        "how it occurred": "how_occurred",
        "how it was discovered": "how_discovered",
        "preventative measures in place": "preventative_measures",
        "caused by a cyber incident": "cyber_incident",
        "when it happened": "happened_at",
        "when it was discovered": "discovered_at",
        "categories of personal data": "data_categories",
        "number of records": "records_number",
        "number of data subjects": "subjects_number",
        "types of data subjects": "subject_types",
        "potential consequences": "potential_consequences",
        "likelihood of significant consequences": "likelihood",
        "reason for delay after 72 hours": "delay_reason",
    },
    "Cyber incidents": {
        "confidentiality, integrity, availability": "affected_security",
        "impact on the organisation": "organisation_impact",
        "recovery time": "recovery_time",
    },
    "Staff": {
        "trained in the last two years": "staff_trained",
        "describe the training": "training",
    },
    "Taking action": {
        "actions taken and mitigation": "actions_taken",
        "steps to prevent a recurrence and when": "prevention_steps",
        "have data subjects been told": "subjects_told",
        "other organisations told or to be told": "others_told",
        "codes of conduct": "codes_of_conduct",
    },
    "About you": {
        "organisation": "organisation",
        "registration number": "registration_number",
        "address": "address",
        "sector and size": "sector_size",
        "person reporting: name, e-mail, phone": "person_reporting",
        "data protection officer or senior contact": "contact_point",
    },
}
# Ours beside the form's: since when the hours run, and in which countries people are, which decides who else is told.
BESIDE = {"aware_at", "countries"}

CHOICES: dict[str, str] = {
    "report_reason": "threshold_met not_sure for_information",
    "cyber_incident": "yes no not_yet_known",
    "data_categories": "racial_ethnic political religious trade_union sex_life sexual_orientation gender_reassignment health "
    "basic_identifiers identification_data economic_financial official_documents location genetic_biometric criminal other "
    "not_yet_known",
    "subject_types": "employees users subscribers students customers_prospects patients children vulnerable_adults other",
    "likelihood": "very_likely likely neutral unlikely very_unlikely not_yet_known",
    "affected_security": "confidentiality integrity availability not_yet_known",
    "organisation_impact": "high medium low not_yet_known",
    "recovery_time": "regular supplemented extended not_recoverable complete not_yet_known",
    "staff_trained": "yes no not_yet_known",
    "subjects_told": "told in_process already_aware planning decided_not not_decided",
}


def test_the_report_to_the_ico_has_each_part_of_its_form_with_each_field_in_its_order() -> None:
    form = FORMS["ico"]
    ours = {form.heading(place, "en"): names for place, (_, names) in enumerate(form.sections)}
    assert list(ours) == list(ICO)
    for part, asked in ICO.items():
        assert [name for name in ours[part] if name not in BESIDE] == list(asked.values()), part


@pytest.mark.parametrize("name", CHOICES)
def test_a_list_of_the_form_has_the_same_choices_each_in_three_languages(name: str) -> None:
    assert FIELDS[name].choices == tuple(CHOICES[name].split())
    for choice in FIELDS[name].choices:
        assert choice_word(choice, "de") != choice, "a choice without words reads as its code"
        assert "_" not in choice_word(choice, "en") + choice_word(choice, "fr")
