"""Fargate's sizes, in ECS's units: CPU units (1024 to the vCPU) and MiB.

Sources: RegisterTaskDefinition.memory and Batch's ResourceRequirement.value in botocore's models; the row of 32 vCPU
stands only in the latter so far.
"""

import re
from collections.abc import Mapping, Sequence

MEMORY_BY_CPU: Mapping[int, Sequence[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
    32768: (61440, 122880, 249856),
}
_VCPU = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*vcpu\s*\Z", re.IGNORECASE)
_GB = re.compile(r"\s*([0-9]*\.?[0-9]+)\s*gb\s*\Z", re.IGNORECASE)


def cpu_units(text: str) -> int:
    """Answer the CPU units of `"256"` or `".25 vCPU"`; 0 for another text."""
    return _scaled(text, _VCPU)


def mebibytes(text: str) -> int:
    """Answer the MiB of `"512"` or `"0.5 GB"`; 0 for another text."""
    return _scaled(text, _GB)


def _scaled(text: str, pattern: re.Pattern[str]) -> int:
    found = pattern.match(text)
    if found:
        return round(float(found[1]) * 1024)
    return int(text) if text.isascii() and text.isdigit() else 0


def described(memory: Sequence[int]) -> str:
    """Answer the sizes as a sentence says them: all of a few, else the range and its step."""
    if len(memory) <= 4:
        return f"{', '.join(str(size) for size in memory[:-1])} or {memory[-1]} MiB"
    return f"{memory[0]} to {memory[-1]} MiB in steps of {memory[1] - memory[0]}"


def fault(cpu: object, memory: object) -> str:
    """Say what is wrong with a task's size as its author or an override wrote it; nothing where Fargate has it."""
    allowed = MEMORY_BY_CPU.get(cpu_units(str(cpu)))
    if allowed is None:
        return f'expected cpu as one of {", ".join(str(units) for units in MEMORY_BY_CPU)} on Fargate, got "{cpu}"'
    if mebibytes(str(memory)) not in allowed:
        return f'expected memory of {described(allowed)} with cpu {cpu} on Fargate, got "{memory}"'
    return ""
