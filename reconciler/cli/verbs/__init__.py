"""One module for each verb: its options, its help, and the few lines that say what it does."""
