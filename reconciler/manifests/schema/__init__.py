"""The schemas: made from the service models, read fast, explained where a document does not fit."""
