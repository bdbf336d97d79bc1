"""AI Lab: environments for experiments, with a file of artefacts each. Its configuration is the process's environment."""
