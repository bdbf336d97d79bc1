"""Fakes of the ports; each is trusted because it passes the contract suite that the real adapter passes."""
