"""The release journey: branches are cut and finished, versions tagged; observed, planned and run on the engine."""
