"""The edge: every call to AWS is made here, and nothing is decided here."""
