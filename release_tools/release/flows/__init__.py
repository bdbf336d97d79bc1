"""The release flows, the feature's face to the command line: what is proposed, and how a run is carried out.

Drafting, guarding and planning stand beside this package, one noun a module.
"""
