from sqlalchemy import create_engine, inspect

from adapters.database import migrate


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_the_migrations_make_exactly_the_tables_of_the_models(database_url: str) -> None:
    assert migrate.present(database_url) == migrate.newest()
    assert migrate.differences(database_url) == []


def test_every_migration_can_be_taken_back(database_url: str) -> None:
    migrate.downgrade(database_url, "base")
    assert tables(database_url) == {"alembic_version"}
    migrate.upgrade(database_url)
    assert migrate.differences(database_url) == []
