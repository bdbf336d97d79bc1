#!/bin/bash
# What a team's script does: down, pull, up. Nothing is backed up, proven or verified, and there is no way back.
# It is started in the application's directory, with VERSION, HOME_DIRECTORY and the application's own variables set.
set -eu

down() {
    for service in worker backend; do
        kill "$(cat "$HOME_DIRECTORY/$service.pid")"
    done
    while curl -s -o /dev/null "http://127.0.0.1:$BACKEND_PORT/health"; do sleep 0.05; done
}

pull() {
    git checkout --quiet "v$VERSION"
    "$PYTHON" -m alembic upgrade head
}

up() {
    "$PYTHON" -B -m ai_lab.backend --home "$HOME_DIRECTORY" >>"$HOME_DIRECTORY/log" 2>&1 &
    echo $! >"$HOME_DIRECTORY/backend.pid"
    until curl -fs -o /dev/null "http://127.0.0.1:$BACKEND_PORT/health"; do sleep 0.05; done
    "$PYTHON" -B -m ai_lab.worker >>"$HOME_DIRECTORY/log" 2>&1 &
    echo $! >"$HOME_DIRECTORY/worker.pid"
}

for part in "$@"; do "$part"; done
