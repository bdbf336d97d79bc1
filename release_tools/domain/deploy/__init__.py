"""What a deploy is about, as values and pure rules: services, databases, backups, migrations, checks, the record."""
