"""`diffusers` itself, which is an optional extra."""

import importlib
import warnings
from importlib.util import find_spec
from typing import Any

from adfusion.errors import UserError


def library() -> Any:
    """The module `diffusers`, without its advice about packages that are not needed here.

    Raises `UserError` if it is not installed.
    """
    if find_spec("diffusers") is None:
        raise UserError("model: needs the package diffusers: pip install 'adfusion[diffusers]'")
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning, module="diffusers")
    warnings.filterwarnings("ignore", message="Already found a `peft_config`", module="peft")
    diffusers = importlib.import_module("diffusers")
    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    return diffusers
