"""Compiles every kernel of the GPU path for a real architecture, without a GPU, and runs none of them.

Run as a program it solves a small game "on" that device and prints what became of each kernel, as JSON; the tests start it so,
because what it puts in the place of the driver must not stay in the process of other tests.
"""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import numba
from cuda.bindings import nvjitlink
from numba import cuda, typeof
from numba.cuda import dispatcher

from games import random_game
from host_device import HostDevice
from standoff.solve.cuda_device import numpy_on_gpu, rebind
from standoff.solve.cuda_passes import solve_stack
from standoff.solve.cuda_stack import Stack

HOPPER = (9, 0)


class PtxDevice(HostDevice):
    def __init__(self):
        super().__init__()
        self.ptx = {}

    def launch(self, kernel, sizes, count, *arguments):
        if not count or kernel.__name__ in self.ptx:
            return
        names = {"cuda": cuda, "np": numpy_on_gpu(), **sizes._asdict()}
        bound = rebind(kernel, names, cuda.jit(device=True))
        signature = numba.void(*(typeof(argument) for argument in arguments))
        ptx, _ = cuda.compile(bound, signature, cc=HOPPER, device=False, output="ptx", abi="numba")
        self.ptx[kernel.__name__] = ptx.decode() if isinstance(ptx, bytes) else ptx


def assemble(ptx):
    """Machine code, by the linker that numba-cuda uses before a launch."""
    handle = nvjitlink.create(1, ["-arch=sm_90"])
    source = ptx.encode()
    nvjitlink.add_data(handle, nvjitlink.InputType.PTX, source, len(source), "kernel")
    nvjitlink.complete(handle)
    code = bytearray(nvjitlink.get_linked_cubin_size(handle))
    nvjitlink.get_linked_cubin(handle, code)
    nvjitlink.destroy(handle)
    return bytes(code)


def main():
    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=HOPPER)
    device = PtxDevice()
    solve_stack(Stack([random_game(3, types=(2, 2, 1), num_periods=1)], 5), device)
    answer = {
        name: {"for_hopper": ".target sm_90" in ptx, "is_machine_code": assemble(ptx).startswith(b"\x7fELF")}
        for name, ptx in device.ptx.items()
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
