"""Git's environment: the variables by which a calling hook binds git to its repository, which would lead ours astray.

No git is run here.
"""

LOCAL_ENVIRONMENT = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_QUARANTINE_PATH",
)
"""Variables that bind git to one repository; a hook sets them."""

QUICK = {"GIT_FLUSH": "0"}
"""Lets git write to a pipe in large pieces, which saves a quarter of its time."""
