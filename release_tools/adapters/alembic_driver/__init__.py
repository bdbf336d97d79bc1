"""The driver: what the application's own interpreter runs to speak Alembic for us, answering in JSON lines.

It runs where Alembic and SQLAlchemy are but nothing of ours: its modules import each other, the standard library and
those two, and nothing newer than Python 3.9. The database's address comes by an environment variable alone.
"""
