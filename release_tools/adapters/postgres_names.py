"""Names and texts as PostgreSQL's SQL writes them.

No statement is made here.
"""


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def qualified(schema: str, name: str) -> str:
    """Return a name with its schema, quoted only where it must be."""
    return ".".join(part if _is_plain(part) else quoted(part) for part in (schema, name))


def literal(text: str) -> str:
    """Return a text as SQL writes it, whatever the server's settings make of backslashes."""
    doubled = text.replace("'", "''")
    return " E'" + doubled.replace("\\", "\\\\") + "'" if "\\" in text else f"'{doubled}'"


def _is_plain(name: str) -> bool:
    return name.isascii() and name.replace("_", "a").isalnum() and name.islower() and not name[0].isdigit()
