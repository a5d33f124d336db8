"""What no schema can see: the rules of a directory, and what AWS would refuse, each with its source."""
