"""The models: what the code expects the schema to be."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text

metadata = MetaData()

environments = Table(
    "environments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(80), key="name", nullable=False),
    Column("artefact", Text, nullable=False),
    Column("description", Text),
    Column("opened", Integer),
)
experiments = Table(
    "experiments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("environment", Integer, nullable=False),
)
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("worker", String(40), primary_key=True),
    Column("version", String(20), nullable=False),
    Column("beat_at", BigInteger, nullable=False),
)
