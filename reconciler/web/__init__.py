"""What a loop shows of itself over HTTP, read-only: health, metrics, its state as JSON, and one live page."""
