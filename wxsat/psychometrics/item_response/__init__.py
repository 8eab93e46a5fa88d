"""Item response models of ordered answers."""
