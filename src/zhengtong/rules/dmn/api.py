"""The door 门: load a DMN model, decide with it, check it, write it back, run the public test kit.

>>> from zhengtong.rules.dmn.api import load_model
>>> load_model("<definitions/>")
Traceback (most recent call last):
zhengtong.rules.dmn.errors.ModelError: ...
"""

from zhengtong.rules.dmn.checker import check_model
from zhengtong.rules.dmn.decisions import DecisionModel, load_model
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.external import JAVA_FUNCTIONS
from zhengtong.rules.dmn.grids import Grid, grids_of, with_rows
from zhengtong.rules.dmn.model import Definitions
from zhengtong.rules.dmn.problems import InvalidModel, Problem
from zhengtong.rules.dmn.reader import read_model
from zhengtong.rules.dmn.testkit import CaseResult, readable_neighbours, run_folder
from zhengtong.rules.dmn.writer import build_tree, write_model

__all__ = [
    "JAVA_FUNCTIONS",
    "CaseResult",
    "DecisionModel",
    "Definitions",
    "Grid",
    "InvalidModel",
    "ModelError",
    "Problem",
    "build_tree",
    "check_model",
    "grids_of",
    "load_model",
    "read_model",
    "readable_neighbours",
    "run_folder",
    "with_rows",
    "write_model",
]
