"""AI Lab: environments for experiments, with a file of artefacts each; configured by the process's environment."""
