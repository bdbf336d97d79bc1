"""Processes that outlive us: services under a supervisor of their own, and what is seen of them."""
