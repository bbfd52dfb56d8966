"""The floor of intake: an endpoint that checks a small body, inserts one row, commits durably and answers 201.

Same server, same framework, same database settings as Habeas; nothing is sealed, looked up or started.
Run as `uvicorn benchmarks.bare_endpoint:create_app --factory`. Next: benchmarks/floors.py
"""

import os
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import text

from adapters.database.session import Database


class Body(BaseModel):
    """As Habeas takes it, unlooked at."""

    rights: list[str]
    subject: dict[str, Any]


def create_app() -> FastAPI:
    """Build the app over the SQLite file that `BARE_DATABASE` names."""
    app, database = FastAPI(), Database(f"sqlite:///{os.environ['BARE_DATABASE']}")
    with database.write() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS request (id TEXT PRIMARY KEY, body TEXT NOT NULL)"))

    @app.get("/")
    def ready() -> bool:
        return True

    @app.post("/requests", status_code=201)
    def receive(body: Body) -> dict[str, str]:
        row = {"id": uuid4().hex, "body": body.model_dump_json()}
        with database.write() as session:
            session.execute(text("INSERT INTO request VALUES (:id, :body)"), row)
        return {"id": row["id"]}

    return app
