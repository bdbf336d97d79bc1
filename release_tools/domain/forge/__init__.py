"""What a forge knows, as values: requests to merge, checks, release pages, pipelines, protections. Nothing is asked."""
