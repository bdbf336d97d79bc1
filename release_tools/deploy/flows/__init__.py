"""The flows of deploys: what the command line and `recover` enter by.

They observe, guard, plan and conduct; what a step does is the step's.
"""
