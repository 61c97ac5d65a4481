"""Fitting and scoring of the offline news coder, with the sentences and reports that people coded; not in the wheel.

`make train-news` runs `training.train` and `make eval-news` runs `training.evaluation`, both from the root of the repository.
"""
