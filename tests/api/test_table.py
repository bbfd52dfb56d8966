"""`docs/api.md` is what the code says."""

from pathlib import Path

from api.v1 import table


def test_api_is_current() -> None:
    page = Path(__file__).parent.parent.parent / "docs" / "api.md"
    assert page.read_text() == table.page(), "docs/api.md is stale: make api-table"
