"""Plug-ins for tools of others: our grammar inside them, and nothing that those tools do themselves."""
