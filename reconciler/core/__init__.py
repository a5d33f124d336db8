"""Compare and decide: values in, values out, no AWS, no clock, no files."""
