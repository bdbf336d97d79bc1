"""The shop of the demo: a service of the standard library, a migrator for SQLite, and what each version adds.

How the shop is deployed is the story's business.
"""

DEPLOY = """
[deploy]
project = "shop"
configuration = ["production.env"]

[deploy.services.backend]
command = ["{python}", "-I", "backend.py", "{home}", "{port}"]
port = "BACKEND_PORT"
health = "/health"
public = true

[deploy.databases.main]
kind = "sqlite"

[deploy.migrations]
kind = "command"
upgrade = ["{python}", "-I", "migrate.py", "upgrade"]
check = ["{python}", "-I", "migrate.py", "check"]

[deploy.checks.version]
kind = "identity"
service = "backend"
path = "/version"
json = "version"

[deploy.bake]
seconds = 0.0
"""
CONTRACT = """# What production.env must hold.
DATABASE_URL=
BACKEND_PORT=
PORT=
"""
BACKEND = '''"""The shop: tells its version, takes orders."""

import http.server
import json
import os
import sqlite3
import sys
from pathlib import Path

HOME, PORT = Path(sys.argv[1]), int(sys.argv[2])
DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
VERSION = os.environ["RELEASE_VERSION"]
DRAWER = HOME / "drawer.json"


class Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, {"version": VERSION})

    def do_POST(self):
        item = self.rfile.read(int(self.headers["Content-Length"])).decode()
        connection = sqlite3.connect(DATABASE)
        with connection:
            connection.execute("INSERT INTO orders (item, sold_by) VALUES (?, ?)", (item, VERSION))
        connection.close()
        self.answer(201, {"item": item})

    def answer(self, status, told):
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def open_drawer():
    if not DRAWER.exists():
        DRAWER.write_text(json.dumps({"opened_by": VERSION}))
    return json.loads(DRAWER.read_text())


open_drawer()
http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Shop).serve_forever()
'''
MIGRATE = '''"""Bring the shop's database forward, each migration in one transaction with its own record."""

import os
import sqlite3
import sys
from pathlib import Path

connection = sqlite3.connect(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), isolation_level=None)
connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
known = {name for (name,) in connection.execute("SELECT name FROM migrations")}
pending = [path for path in sorted(Path("migrations").glob("*.sql")) if path.name not in known]
if sys.argv[1] == "check":
    print("\\n".join(path.name for path in pending))
    sys.exit(bool(pending))
for path in pending:
    record = f"INSERT INTO migrations VALUES ('{path.name}')"
    connection.executescript(f"BEGIN; {path.read_text()}; {record}; COMMIT")
'''
ORDERS = "CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL, sold_by TEXT NOT NULL)\n"
SEARCHES = "CREATE TABLE searches (id INTEGER PRIMARY KEY, words TEXT NOT NULL)\n"
WISHES = "CREATE TABLE wishes (id INTEGER PRIMARY KEY, item TEXT NOT NULL)\n"
SOUND_END, BROKEN_END = "open_drawer()\nhttp", 'assert open_drawer()["opened_by"] == VERSION\nhttp'
BROKEN = BACKEND.replace(SOUND_END, BROKEN_END)
"""Works wherever no other version was before it, as in every test and rehearsal: not where the shop is in use."""

FIRST = {
    ".env.example": CONTRACT,
    "backend.py": BACKEND,
    "migrate.py": MIGRATE,
    "migrations/0001_orders.sql": ORDERS,
}
