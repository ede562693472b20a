#!/usr/bin/env python3
"""Derives the constants of Sources/BLASCore/PortableMath.swift and the values its tests compare
with.

Usage: python3 Scripts/golden/portable_math.py            prints the constants
       python3 Scripts/golden/portable_math.py --values   prints the tests' values

The polynomials interpolate at Chebyshev's points with 60 digits; printed with each is the greatest
error of the function it is for, by a dense sweep. Needs mpmath.
"""

import sys
from random import Random

from mpmath import atanh, chebyfit, cos, exp, log, mp, mpf, pi, polyval, sin, sqrt

mp.dps = 60


def series(function, low, high, terms):
    """Coefficients of a polynomial, the constant first, each the nearest double."""
    return [float(c) for c in reversed(chebyfit(function, [low, high], terms))]


def worst(exact, approximation, low, high, steps=4000):
    places = (low + (high - low) * mpf(k) / steps for k in range(1, steps))
    return max(abs(approximation(x) / exact(x) - 1) for x in places)


def show(name, coefficients, error):
    print(f"// {name}: relative error below {mp.nstr(error, 3)}")
    for c in coefficients:
        print(f"    {c.hex()},")


def parts(name, value, bits):
    """A constant as two doubles, the first of at most `bits` bits."""
    scale = mpf(2) ** (bits - int(mp.floor(log(value, 2))) - 1)
    high = mp.floor(value * scale) / scale if bits < 53 else mpf(float(value))
    print(f"// {name}: {float(high).hex()} + {float(value - high).hex()}")


def horner(coefficients, x):
    return polyval([mpf(c) for c in reversed(coefficients)], x)


def constants():
    half = log(2) / 2 * mpf("1.0001")
    small = mpf("1e-20")
    # e^r = 1 + r + r² p(r)
    p = series(lambda r: (exp(r) - 1 - r) / r**2 if abs(r) > small else mpf(1) / 2, -half, half, 12)
    show("exponential", p, worst(exp, lambda r: 1 + r + r**2 * horner(p, r), -half, half))
    # atanh s = s (1 + z l(z)), z = s²: the quick logarithm
    most = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.0001")
    inner = lambda z: (atanh(sqrt(z)) / sqrt(z) - 1) / z if z > small else mpf(1) / 3
    whole = lambda z: atanh(sqrt(z)) / sqrt(z)
    quick = series(inner, 0, most, 7)
    show("logarithm", quick, worst(whole, lambda z: 1 + z * horner(quick, z), 0, most))
    # atanh s = s (1 + z (1/3 + z m(z))): the logarithm in two parts
    rest = lambda z: (inner(z) - mpf(1) / 3) / z if z > small else mpf(1) / 5
    close = series(rest, 0, most, 9)
    show(
        "logarithm in two parts", close,
        worst(whole, lambda z: 1 + z * (mpf(1) / 3 + z * horner(close, z)), 0, most))
    # sin y = y (1 + z s(z)), cos y = 1 - z/2 + z² c(z), z = y²
    edge = (pi / 4 * mpf("1.0001")) ** 2
    s = series(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z if z > small else -mpf(1) / 6, 0, edge, 7)
    show("sine", s, worst(lambda z: sin(sqrt(z)) / sqrt(z), lambda z: 1 + z * horner(s, z), 0, edge))
    c = series(
        lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2 if z > small else mpf(1) / 24, 0, edge, 7)
    show(
        "cosine", c,
        worst(lambda z: cos(sqrt(z)), lambda z: 1 - z / 2 + z**2 * horner(c, z), 0, edge))
    parts("ln 2", log(2), 42)
    parts("1/3", mpf(1) / 3, 53)
    parts("ln 10", log(10), 53)
    parts("1 / ln 10", 1 / log(10), 53)
    parts("2 pi", 2 * pi, 53)
    parts("pi / 180", pi / 180, 53)
    print(f"// 1 / ln 2: {float(1 / log(2)).hex()}")
    print(f"// sqrt(1/2): {float(sqrt(mpf(1) / 2)).hex()}")


def values():
    """Arguments all over the range, and the nearest double of each function there."""
    random = Random(1)
    for _ in range(8):
        x = random.uniform(-700, 700)
        print(f'    (.exp, {x.hex()}, 0, {float(exp(mpf(x))).hex()}),')
    for _ in range(8):
        x = random.uniform(0.5, 2) * 2.0 ** random.choice([0, 0, random.randint(-1000, 1000)])
        print(f'    (.log, {x.hex()}, 0, {float(log(mpf(x))).hex()}),')
        print(f'    (.log10, {x.hex()}, 0, {float(log(mpf(x), 10)).hex()}),')
    for _ in range(8):
        x = random.uniform(-300, 300)
        print(f'    (.exp10, {x.hex()}, 0, {float(mpf(10) ** mpf(x)).hex()}),')
    for _ in range(8):
        x, y = 2.0 ** random.uniform(-30, 30), random.uniform(-30, 30)
        print(f'    (.pow, {x.hex()}, {y.hex()}, {float(mpf(x) ** mpf(y)).hex()}),')
    for _ in range(8):
        x = random.uniform(-2, 2)
        print(f'    (.sineOfTurns, {x.hex()}, 0, {float(sin(2 * pi * mpf(x))).hex()}),')
        print(f'    (.cosineOfTurns, {x.hex()}, 0, {float(cos(2 * pi * mpf(x))).hex()}),')
        x = random.uniform(-720, 720)
        print(f'    (.sineOfDegrees, {x.hex()}, 0, {float(sin(pi * mpf(x) / 180)).hex()}),')
        print(f'    (.cosineOfDegrees, {x.hex()}, 0, {float(cos(pi * mpf(x) / 180)).hex()}),')


values() if "--values" in sys.argv[1:] else constants()
