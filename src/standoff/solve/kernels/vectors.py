"""Eight numbers at a time: a vector type for kernels.

A node of the solver is the same short computation at every belief point, so kernels take eight points together, one to a
**lane**. Numba and LLVM turn a loop over an array into vector instructions only where the loop is simple; a kernel with
many temporaries is better written on vectors from the start. `Vector` is such a vector of eight float64. A kernel writes it
like a number: `a * b + c`, `exp(x)`, `load(array, 8 * k)`. LLVM keeps it in one register of a machine with AVX-512, in two
with AVX, and in more on other machines.

With `NUMBA_DISABLE_JIT=1` the same functions work on NumPy arrays of eight numbers.

`exp` reduces the argument, x = k ln 2 + r with |r| <= ln 2 / 2, exp(x) = 2^k P(r), with P the Taylor polynomial of degree
13 and 2^k assembled from its bits. `log` separates the exponent e, x = 2^e m with m in [sqrt(1/2), sqrt 2), and uses
log m = 2 artanh((m - 1)/(m + 1)). Both are accurate to a few units in the last place.
"""

from __future__ import annotations

import operator

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import config
from numba.core.errors import TypingError
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, lower_cast, models, register_model

from standoff.solve.kernels.cache import KernelCache, is_covered

__all__ = [
    "WIDTH", "exp", "keep", "kernel", "lane_sum", "largest", "load", "log", "maximum", "minimum", "pointer", "splat", "store",
    "where_below",
]  # fmt: skip

WIDTH = 8
"""Lanes of a vector."""

LOG2_E = 1.4426950408889634
LN2 = 0.6931471805599453
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest integer in the low bits
LOWEST, HIGHEST = -708.0, 709.0
SQRT_2 = 1.4142135623730951


class VectorType(types.Type):
    """Eight float64 side by side."""

    def __init__(self) -> None:
        super().__init__(name="Vector")


vector_type = VectorType()
_F64 = ir.DoubleType()
_I64 = ir.IntType(64)
_VECTOR = ir.VectorType(_F64, WIDTH)
_WHOLE = ir.VectorType(_I64, WIDTH)


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, _VECTOR)


def _splat(builder, scalar):
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, undefined, mask)


def _constant(value):
    return ir.Constant(_VECTOR, [float(value)] * WIDTH)


def _whole(value):
    return ir.Constant(_WHOLE, [int(value)] * WIDTH)


@lower_cast(types.Float, vector_type)
def _float_to_vector(context, builder, from_type, to_type, value):
    return _splat(builder, value)


def _arithmetic(op, emit):
    @infer_global(op)
    class Arithmetic(AbstractTemplate):
        def generic(self, args, kws):
            ours = all(isinstance(arg, VectorType | types.Float) for arg in args)
            if len(args) == 2 and ours and any(isinstance(arg, VectorType) for arg in args):
                return signature(vector_type, *args)
            return None

    def lower(context, builder, sig, args):
        ready = [
            value
            if isinstance(kind, VectorType)
            else _splat(builder, context.cast(builder, value, kind, types.float64))
            for kind, value in zip(sig.args, args, strict=True)
        ]
        return emit(builder, *ready)

    for kinds in ((vector_type, vector_type), (vector_type, types.Float), (types.Float, vector_type)):
        lower_builtin(op, *kinds)(lower)


_arithmetic(operator.add, lambda builder, a, b: builder.fadd(a, b))
_arithmetic(operator.sub, lambda builder, a, b: builder.fsub(a, b))
_arithmetic(operator.mul, lambda builder, a, b: builder.fmul(a, b))
_arithmetic(operator.truediv, lambda builder, a, b: builder.fdiv(a, b))
for _in_place, _emit in (
    (operator.iadd, lambda builder, a, b: builder.fadd(a, b)),
    (operator.isub, lambda builder, a, b: builder.fsub(a, b)),
    (operator.imul, lambda builder, a, b: builder.fmul(a, b)),
):
    _arithmetic(_in_place, _emit)


@infer_global(operator.neg)
class _Negation(AbstractTemplate):
    def generic(self, args, kws):
        if len(args) == 1 and isinstance(args[0], VectorType):
            return signature(vector_type, vector_type)
        return None


@lower_builtin(operator.neg, vector_type)
def _negate(context, builder, sig, args):
    return builder.fsub(_constant(-0.0), args[0])


def _address(context, builder, kind, place, index):
    """Find the address of eight numbers of a contiguous one-dimensional array, or behind a pointer."""
    start = place if isinstance(kind, types.CPointer) else context.make_array(kind)(context, builder, place).data
    return builder.bitcast(builder.gep(start, [index]), _VECTOR.as_pointer())


@intrinsic
def _pointer(typing_context, array):
    if array.layout != "C":
        raise TypingError("the array of a pointer must be contiguous, in C order")

    def lower(context, builder, sig, args):
        return context.make_array(sig.args[0])(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), lower


@intrinsic
def _load(typing_context, array, index):
    def lower(context, builder, sig, args):
        place = context.cast(builder, args[1], sig.args[1], types.intp)
        return builder.load(_address(context, builder, sig.args[0], args[0], place), align=8)

    return vector_type(array, index), lower


@intrinsic
def _store(typing_context, array, index, value):
    def lower(context, builder, sig, args):
        place = context.cast(builder, args[1], sig.args[1], types.intp)
        builder.store(args[2], _address(context, builder, sig.args[0], args[0], place), align=8)
        return context.get_dummy_value()

    return types.none(array, index, vector_type), lower


@intrinsic
def _spread(typing_context, number):
    def lower(context, builder, sig, args):
        return _splat(builder, args[0])

    return vector_type(types.float64), lower


def _select(compare):
    def make(typing_context, a, b):
        def lower(context, builder, sig, args):
            return builder.select(builder.fcmp_ordered(compare, args[0], args[1]), args[0], args[1])

        return vector_type(vector_type, vector_type), lower

    return make


_maximum = intrinsic(_select(">"))
_minimum = intrinsic(_select("<"))


@intrinsic
def _where_below(typing_context, a, b, below, otherwise):
    def lower(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered("<=", args[0], args[1]), args[2], args[3])

    return vector_type(vector_type, vector_type, vector_type, vector_type), lower


@intrinsic
def _largest(typing_context, value):
    def lower(context, builder, sig, args):
        lanes = [builder.extract_element(args[0], ir.Constant(ir.IntType(32), k)) for k in range(WIDTH)]
        while len(lanes) > 1:
            # a nan must win, so that it is noticed
            lanes = [
                builder.select(builder.or_(builder.fcmp_ordered(">", a, b), builder.fcmp_unordered("uno", a, a)), a, b)
                for a, b in zip(lanes[::2], lanes[1::2], strict=True)
            ]
        return lanes[0]

    return types.float64(vector_type), lower


@intrinsic
def _lane_sum(typing_context, value):
    def lower(context, builder, sig, args):
        lanes = [builder.extract_element(args[0], ir.Constant(ir.IntType(32), k)) for k in range(WIDTH)]
        while len(lanes) > 1:
            lanes = [builder.fadd(a, b) for a, b in zip(lanes[::2], lanes[1::2], strict=True)]
        return lanes[0]

    return types.float64(vector_type), lower


@intrinsic
def _power_of_two(typing_context, shifted):
    """Find 2^k for integers k in the low bits of `shifted`."""

    def lower(context, builder, sig, args):
        bits = builder.bitcast(args[0], _WHOLE)
        return builder.bitcast(builder.shl(builder.add(bits, _whole(1023)), _whole(52)), _VECTOR)

    return vector_type(vector_type), lower


@intrinsic
def _exponent(typing_context, value):
    """Find the exponent e of x = 2^e m, m in [1, 2), as a number."""

    def lower(context, builder, sig, args):
        bits = builder.lshr(builder.bitcast(args[0], _WHOLE), _whole(52))
        return builder.sitofp(builder.sub(bits, _whole(1023)), _VECTOR)

    return vector_type(vector_type), lower


@intrinsic
def _mantissa(typing_context, value):
    """Find m of x = 2^e m, m in [1, 2)."""

    def lower(context, builder, sig, args):
        bits = builder.and_(builder.bitcast(args[0], _WHOLE), _whole((1 << 52) - 1))
        return builder.bitcast(builder.or_(bits, _whole(1023 << 52)), _VECTOR)

    return vector_type(vector_type), lower


if config.DISABLE_JIT:
    # Python without a compiler: eight numbers are a NumPy array.
    def _pointer(array):
        return array.reshape(-1)

    def _load(array, index):
        return array[index : index + WIDTH].copy()

    def _store(array, index, value):
        array[index : index + WIDTH] = value

    def _spread(number):
        return np.full(WIDTH, number)

    _maximum, _minimum = np.maximum, np.minimum

    def _where_below(a, b, below, otherwise):
        return np.where(a <= b, below, otherwise)

    def _largest(value):
        return float(np.max(value))

    def _lane_sum(value):
        return float(np.sum(value))

    def _power_of_two(shifted):
        return np.exp2(shifted - ROUND)

    def _exponent(value):
        return np.frexp(value)[1] - 1.0

    def _mantissa(value):
        return 2.0 * np.frexp(value)[0]


def kernel(function):
    """Compile a kernel: kept on disk (`cache`), without the interpreter lock, products and sums fused."""
    compiled = njit(nogil=True, error_model="numpy", fastmath={"contract"})(function)
    if is_covered(function) and not config.DISABLE_JIT:
        compiled._cache = KernelCache(function)
    return compiled


@kernel
def pointer(array):
    """Take the address of the numbers of a contiguous array.

    A kernel's inner functions take pointers: an array as an argument is seven machine words and a count of references.
    The array must outlive the pointer: an array made in a kernel is freed after its last use there, so name it again
    with `keep` after the last use of its pointers.
    """
    return _pointer(array)


@kernel
def keep(array):
    """Keep an array alive up to here; see `pointer`."""
    return array.shape[0]


@kernel
def load(array, index):
    """Load eight numbers of a contiguous one-dimensional array (or behind a pointer), from `index` on."""
    return _load(array, index)


@kernel
def store(array, index, value):
    """Write eight numbers into a contiguous one-dimensional array (or behind a pointer), from `index` on."""
    _store(array, index, value)


@kernel
def splat(number):
    """Put the same number into every lane."""
    return _spread(number)


@kernel
def maximum(a, b):
    """Take the larger of each lane; b where either is nan."""
    return _maximum(a, b)


@kernel
def minimum(a, b):
    """Take the smaller of each lane."""
    return _minimum(a, b)


@kernel
def where_below(a, b, below, otherwise):
    """Take `below` in the lanes where a <= b, else `otherwise`."""
    return _where_below(a, b, below, otherwise)


@kernel
def largest(value):
    """Find the largest lane; nan where any lane is."""
    return _largest(value)


@kernel
def lane_sum(value):
    """Sum the lanes."""
    return _lane_sum(value)


@kernel
def exp(x):
    """Compute e^x in every lane; arguments outside -708..709 count as the nearer of the two."""
    v = _minimum(_maximum(x, _spread(LOWEST)), _spread(HIGHEST))
    t = v * LOG2_E + ROUND
    whole = t - ROUND
    r = (v - whole * LN2_HIGH) - whole * LN2_LOW
    # even and odd powers separately: two short chains of dependent products instead of a long one
    g = r * r
    odd = g * 1.6059043836821613e-10 + 2.505210838544172e-08
    even = g * 2.08767569878681e-09 + 2.755731922398589e-07
    odd = odd * g + 2.7557319223985893e-06
    even = even * g + 2.48015873015873e-05
    odd = odd * g + 0.0001984126984126984
    even = even * g + 0.001388888888888889
    odd = odd * g + 0.008333333333333333
    even = even * g + 0.041666666666666664
    odd = odd * g + 0.16666666666666666
    even = even * g + 0.5
    odd = odd * g + 1.0
    even = even * g + 1.0
    p = odd * r + even
    return p * _power_of_two(t)


@kernel
def log(x):
    """Compute the natural logarithm of every lane; positive normal numbers only."""
    e = _exponent(x)
    m = _mantissa(x)
    high = _spread(SQRT_2)
    half = _spread(0.5)
    one = _spread(1.0)
    e = _where_below(m, high, e, e + 1.0)
    m = _where_below(m, high, m, m * half)
    f = (m - one) / (m + one)
    g = f * f
    # artanh(f)/f = 1 + g/3 + g^2/5 + ..., g <= 0.0295
    p = g * (1.0 / 21.0) + 1.0 / 19.0
    p = p * g + 1.0 / 17.0
    p = p * g + 1.0 / 15.0
    p = p * g + 1.0 / 13.0
    p = p * g + 1.0 / 11.0
    p = p * g + 1.0 / 9.0
    p = p * g + 1.0 / 7.0
    p = p * g + 1.0 / 5.0
    p = p * g + 1.0 / 3.0
    p = p * g + 1.0
    return e * LN2 + 2.0 * f * p
