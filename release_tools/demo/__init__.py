"""The demo: the whole release journey told with real commands in a throw-away repository.

It types what a person would type and looks at the result with plain git; no product code is called from here.
"""
