"""`docs/datamap.md` tells the truth: its example is a whole data map, and its keys are those of the program."""

from pathlib import Path

from domain.datamap import DataMap, check_static
from domain.datamap_reference import reference

PAGE = (Path(__file__).parents[2] / "docs" / "datamap.md").read_text(encoding="utf-8")


def example() -> str:
    return PAGE.partition("<!-- example -->\n```yaml\n")[2].partition("```")[0]


def test_the_example_can_be_copied_and_used() -> None:
    assert check_static(example()) == []
    assert DataMap.parse(example()).waves({"email"}) == [[("shop", "customers")], [("shop", "orders")]]


def test_every_key_is_on_the_page_in_the_programs_own_words() -> None:
    # When this fails, put the output of `python -c "import domain.datamap_reference as r; print(r.reference())"` there.
    assert PAGE.partition("<!-- keys -->\n")[2].strip() == reference().strip()
