"""What a verb found, in the faces that people and machines read; nothing here decides or asks."""
