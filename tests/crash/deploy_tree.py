"""The tree of a tiny platform and its versions: two services of the standard library, a migrator that asks psql.

What is played with it is `deploy_scenes`.
"""

from collections.abc import Mapping

CONFIG = """[branches]
main = "main"
develop = false

[deploy]
project = "shop"
contract = ""
directories = { uploads = "uploads" }
configuration = ["production.env"]

[deploy.services.backend]
command = ["{python}", "-I", "-S", "service.py", "backend", "{home}", "{port}"]
port = "BACKEND_PORT"
health = "/health"
public = true
ready_within = 20.0
grace = 5.0

[deploy.services.worker]
command = ["{python}", "-I", "-S", "service.py", "worker", "{home}", "0"]
after = ["backend"]
ready_within = 20.0
grace = 5.0
rehearse = false

[deploy.databases.main]
jobs = 1

[deploy.migrations]
kind = "command"
upgrade = ["/bin/sh", "migrate.sh", "upgrade"]
check = ["/bin/sh", "migrate.sh", "check"]

[deploy.checks.version]
kind = "identity"
service = "backend"
path = "/version"
json = "version"

[deploy.bake]
seconds = 0.0

[deploy.environments.production]
"""

MIGRATE = """# Brings the schema forward in one transaction, or names what is pending.
pending() {
    applied=" $(psql "$DATABASE_URL" -XAtqc "SELECT string_agg(name, ' ') FROM revisions" 2>/dev/null) "
    for file in migrations/*.sql; do
        name=${file#migrations/}
        case $applied in *" $name "*) ;; *) echo "$name" ;; esac
    done
}
case $1 in
check)
    pending
    test -z "$(pending)"
    ;;
upgrade)
    {
        echo "CREATE TABLE IF NOT EXISTS revisions (name text PRIMARY KEY);"
        for name in $(pending); do
            cat "migrations/$name"
            echo "INSERT INTO revisions VALUES ('$name');"
        done
    } | psql "$DATABASE_URL" -Xq1 -v ON_ERROR_STOP=1
    ;;
esac
"""

SERVICE = """import os, signal, socketserver, subprocess, sys, time
from pathlib import Path

role, home, port = sys.argv[1:]
version = Path("VERSION").read_text().strip()
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
if role == "backend":
    query = Path("query.sql").read_text()
    subprocess.run(("psql", os.environ["DATABASE_URL"], "-XAtqc", query), check=True, stdout=subprocess.DEVNULL)
    if Path("breaks").exists() and Path(home, "production.env").exists():
        sys.exit("no such price list")


class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        while self.rfile.readline().strip():
            pass
        body = ('{"version": "%s"}' % version).encode()
        head = "HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nConnection: close\\r\\n"
        self.wfile.write(f"{head}Content-Length: {len(body)}\\r\\n\\r\\n".encode() + body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if role == "worker":
    time.sleep(3600)
else:
    Server(("127.0.0.1", int(port)), Answer).serve_forever()
"""

NAMED, FULL = "SELECT count(name) FROM people", "SELECT count(full_name) FROM people"
PEOPLE = """CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL);
INSERT INTO people (name) SELECT 'person ' || n FROM generate_series(1, 500) AS n;
"""
AGE = "ALTER TABLE people ADD COLUMN age integer;\nUPDATE people SET age = id % 90;\n"
RENAME = "ALTER TABLE people RENAME COLUMN name TO full_name;\n"
BREAKS = {"breaks": "once it is live\n"}

FIRST = {
    "release-tools.toml": CONFIG,
    "migrate.sh": MIGRATE,
    "service.py": SERVICE,
    "query.sql": NAMED,
    "migrations/0001.sql": PEOPLE,
}
AGED = {"migrations/0002.sql": AGE}
RENAMED = {"migrations/0003.sql": RENAME, "query.sql": FULL}

VERSIONS: Mapping[str, Mapping[str, str]] = {
    "1.0.0": FIRST,
    "1.1.0": FIRST | AGED,
    "1.2.0": FIRST | AGED | BREAKS,
    "1.3.0": FIRST | RENAMED | BREAKS,
    "2.0.0": FIRST | AGED | RENAMED,
    "3.0.0": FIRST | AGED | RENAMED,
}
"""Every version with its whole tree.

1.1.0 is sound. 1.2.0 dies once it is live, and 1.0.0 can live with its schema; so does 1.3.0, and 1.0.0 cannot.
2.0.0 is sound, and 1.0.0 cannot live with its schema. So is 3.0.0, whichever of them was there before.
"""
