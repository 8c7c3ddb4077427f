"""How a pretrained model fits into a machine: number format, and what waits outside of the accelerator."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch

from adfusion.errors import UserError
from adfusion.generation.diffusers.families import Half

Placement = Literal["resident", "offload", "sequential"]
PLACEMENTS: tuple[Placement, ...] = ("resident", "offload", "sequential")
DTYPES = ("float32", "float16", "bfloat16")
SWITCHES = ("slicing", "tiling")

GIB = 1 << 30
OVERHEAD = 2 * GIB
"""For activations, beside the weights, in bytes."""
SHARE = 0.9
"""Of free memory that may be used."""


@dataclass(frozen=True)
class Machine:
    """What there is: a `torch` device and its free memory, and that of the computer, in bytes."""

    device: str
    free: int
    ram: int

    @classmethod
    def here(cls, device: str | None = None) -> "Machine":
        """This one: on CUDA if there is one, or else on the CPU. Raises `UserError` for no such device."""
        import psutil

        ram = int(psutil.virtual_memory().available)
        device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        if device == "cpu":
            return cls(device, ram, ram)
        if not (device.startswith("cuda") and torch.cuda.is_available()):
            allowed = "cpu, cuda" if torch.cuda.is_available() else "cpu"
            raise UserError(f"device: found {device!r}, allowed: {allowed}")
        return cls(device, torch.cuda.mem_get_info(device)[0], ram)


@dataclass(frozen=True)
class MemoryPlan:
    """How a model is kept. `str` gives the words that `--memory` takes."""

    dtype: str
    placement: Placement = "resident"
    """resident: on the device. offload: one part at a time. sequential: one layer at a time, slowest."""
    slicing: bool = False
    """Decode one picture of a batch after the other."""
    tiling: bool = False
    """Decode each picture in tiles."""
    batch_size: int = 1

    def __str__(self) -> str:
        return ",".join([self.dtype, self.placement, *(name for name in SWITCHES if getattr(self, name))])

    def apply(self, pipe: Any, device: str) -> None:
        """Bring a pipeline to `device` as planned."""
        vae = getattr(pipe, "vae", None)
        for name in SWITCHES:
            if getattr(self, name) and hasattr(vae, f"enable_{name}"):
                getattr(vae, f"enable_{name}")()
        match self.placement:
            case "resident":
                pipe.to(device)
            case "offload":
                pipe.enable_model_cpu_offload(device=device)
            case "sequential":
                pipe.enable_sequential_cpu_offload(device=device)


def planned(parameters: int, largest: int, half: Half, machine: Machine, wanted: str = "auto") -> MemoryPlan:
    """The plan for a model of `parameters`, `largest` of them in one part; `wanted` overrides it in words.

    wanted: `auto`, or words with commas: float32, float16, bfloat16; resident, offload, sequential; slicing,
    tiling. A part of the plan that it does not name is chosen.

    Raises `UserError` for other words, and if the model does not fit.
    """
    words = _words(wanted)
    dtype = next((word for word in words if word in DTYPES), None)
    placement = next((each for each in PLACEMENTS if each in words), None)
    if machine.device != "cpu":
        plan = _on_accelerator(parameters, largest, machine, dtype or half, placement)
    elif placement in (None, "resident"):
        plan = _on_cpu(parameters, machine, dtype)
    else:
        raise UserError(f"memory: found {placement!r}, allowed on the CPU: resident")
    return replace(plan, slicing=plan.slicing or "slicing" in words, tiling=plan.tiling or "tiling" in words)


def ensure_room(stored: int, device: str | None, wanted: str) -> None:
    """Raises `UserError` for a model of `stored` bytes of safetensors that cannot fit on this machine even if
    those are float32, which makes it the smallest. Before a download no more is known."""
    planned(stored // 4, 0, "float16", Machine.here(device), wanted)


def _words(wanted: str) -> list[str]:
    words = [] if wanted == "auto" else wanted.split(",")
    allowed = (*DTYPES, *PLACEMENTS, *SWITCHES)
    for kind in (DTYPES, PLACEMENTS):
        if len([word for word in words if word in kind]) > 1:
            raise UserError(f"memory: found {wanted!r}, allowed: one of {', '.join(kind)}")
    for word in words:
        if word not in allowed:
            raise UserError(f"memory: found {word!r}, allowed: auto, or with commas: {', '.join(allowed)}")
    return words


def _on_cpu(parameters: int, machine: Machine, dtype: str | None) -> MemoryPlan:
    """In float32 if that fits: 16-bit numbers are slow on most CPUs."""
    if dtype is None:
        fits = _bytes(parameters, "float32") <= SHARE * machine.ram
        dtype = "float32" if fits else "bfloat16"
    needed = _bytes(parameters, dtype)
    if needed > SHARE * machine.ram:
        raise _too_little(needed, machine.ram, "memory", dtype)
    return MemoryPlan(dtype, tiling=needed > SHARE / 2 * machine.ram)


def _on_accelerator(
    parameters: int, largest: int, machine: Machine, dtype: str, placement: Placement | None
) -> MemoryPlan:
    free = SHARE * machine.free
    if placement is None:
        fits = _bytes(parameters, dtype) <= free
        placement = "resident" if fits else "offload" if _bytes(largest, dtype) <= free else "sequential"
    if placement == "resident":
        needed, there, what = _bytes(parameters, dtype), machine.free, f"memory of {machine.device}"
    else:
        needed, there, what = _bytes(parameters, dtype) - OVERHEAD, machine.ram, "memory"
    if needed > SHARE * there:
        raise _too_little(needed, there, what, f"{dtype},{placement}")
    spacious = placement == "resident" and free - _bytes(parameters, dtype) > 8 * GIB
    return MemoryPlan(dtype, placement, not spacious, not spacious, batch_size=4 if spacious else 1)


def _bytes(parameters: int, dtype: str) -> int:
    return parameters * int(getattr(torch, dtype).itemsize) + OVERHEAD


def _too_little(needed: float, there: float, what: str, plan: str) -> UserError:
    return UserError(
        f"model: needs {needed / GIB:.1f} GiB of {what} as {plan}, found {there / GIB:.1f} GiB free"
    )
