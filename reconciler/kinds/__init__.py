"""One kind of job after the other: what its manifest wants of AWS, and by which rules AWS's answer is compared."""
