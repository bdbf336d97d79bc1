"""The configuration: its model, how it is loaded, and the small part that the hooks read."""
