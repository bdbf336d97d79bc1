"""Version files name the product's version; it is found in their bytes and replaced there; nothing else changes.

No disk, no git and no configuration here: rows and bytes come in as values, ports locate TOML and YAML.
"""
