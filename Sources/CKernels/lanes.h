// What the kernels are written in for any instruction set: vectors of WT_WIDTH floats, the width of
// one register. A file that includes them defines first
//   WT_ISA(NAME)                     the kernel's name in this instruction set
//   WT_TILE_ROWS, WT_TILE_VECTORS    a tile of a matrix product: its rows, registers in a row
//   WT_DOT_PARTS                     registers of a block whose dot products are taken at a time
//   WT_UPDATE_OUTPUTS                output rows that are updated at a time, 4 or 8
//   load_part, store_part            the first lanes of a register, from and to memory
//   at_least, at_most                the bounds of every lane, other than 0; NaN stays NaN
#ifndef WT_LANES_H
#define WT_LANES_H

#include "kernels.h"

// The 16 lanes of scalar.c are this many registers.
enum { WT_PARTS = WT_LANES / WT_WIDTH };

#define WT_INLINE static inline __attribute__((always_inline))

typedef float vfloat __attribute__((vector_size(4 * WT_WIDTH)));
typedef uint32_t vbits __attribute__((vector_size(4 * WT_WIDTH)));
typedef double vdouble __attribute__((vector_size(8 * WT_WIDTH)));
typedef int32_t vint __attribute__((vector_size(4 * WT_WIDTH)));
typedef float vfloat_anywhere __attribute__((vector_size(4 * WT_WIDTH), aligned(4), may_alias));

WT_INLINE vfloat load(const float *from) { return *(const vfloat_anywhere *)from; }
WT_INLINE void store(float *to, vfloat v) { *(vfloat_anywhere *)to = v; }

// At multiples of a register's size.
WT_INLINE vfloat load_aligned(const float *from) { return *(const vfloat *)from; }
WT_INLINE void store_aligned(float *to, vfloat v) { *(vfloat *)to = v; }

// Where fewer than a register's are left, the first `left` lanes only, the others 0; none if
// left <= 0.
WT_INLINE vfloat get(const float *from, int64_t left) {
  return left >= WT_WIDTH ? load(from) : left > 0 ? load_part(from, left) : (vfloat){0};
}

WT_INLINE void put(float *to, vfloat v, int64_t left) {
  if (left >= WT_WIDTH)
    store(to, v);
  else if (left > 0)
    store_part(to, v, left);
}

// -0 - 0 is -0, so this is x in every lane.
WT_INLINE vfloat splat(float x) { return x - (vfloat){0}; }

WT_INLINE vfloat fma_v(vfloat a, vfloat b, vfloat c) { return __builtin_elementwise_fma(a, b, c); }

// Asks for the part of a panel's row, `vectors` registers, that is needed some steps later. Only the
// first tile of a strip finds it missing; where there are few tiles, as in the steps of a recurrent layer,
// that is most of the time.
WT_INLINE void prefetch_panel(const float *row, int vectors) {
  enum { ROWS_AHEAD = 16, LINE = 16 };
#pragma clang loop unroll(full)
  for (int j = 0; j < vectors * WT_WIDTH; j += LINE)
    __builtin_prefetch(row + ROWS_AHEAD * WT_PANEL + j);
}

// mask ? a : b, the lanes of a comparison all ones or all zeros.
WT_INLINE vfloat choose(vbits mask, vfloat a, vfloat b) {
  return (vfloat)(((vbits)a & mask) | ((vbits)b & ~mask));
}

#if WT_WIDTH == 16
#define LANE_NUMBERS {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
#elif WT_WIDTH == 8
#define LANE_NUMBERS {0, 1, 2, 3, 4, 5, 6, 7}
#else
#define LANE_NUMBERS {0, 1, 2, 3}
#endif

// As get(), the other lanes `filler`.
WT_INLINE vfloat get_or(float filler, const float *from, int64_t left) {
  if (left >= WT_WIDTH) return load(from);
  return choose((vbits)((vint)LANE_NUMBERS < (int32_t)left), get(from, left), splat(filler));
}

// For shuffles of two registers, whose quarters are 4 lanes each, as the tree of sums has them:
// these lanes of every quarter; every second quarter from lane A on.
#if WT_WIDTH == 16
#define IN_EVERY_QUARTER(A, B, C, D) \
  A, B, C, D, A + 4, B + 4, C + 4, D + 4, A + 8, B + 8, C + 8, D + 8, A + 12, B + 12, C + 12, D + 12
#define EVERY_OTHER_QUARTER(A) \
  A, A + 1, A + 2, A + 3, A + 8, A + 9, A + 10, A + 11, A + 16, A + 17, A + 18, A + 19, A + 24, \
      A + 25, A + 26, A + 27
#elif WT_WIDTH == 8
#define IN_EVERY_QUARTER(A, B, C, D) A, B, C, D, A + 4, B + 4, C + 4, D + 4
#define EVERY_OTHER_QUARTER(A) A, A + 1, A + 2, A + 3, A + 8, A + 9, A + 10, A + 11
#else
#define IN_EVERY_QUARTER(A, B, C, D) A, B, C, D
#define EVERY_OTHER_QUARTER(A) A, A + 1, A + 2, A + 3
#endif

// 4 registers to one that has in every quarter their sums there, side by side: (0 + 2) + (1 + 3).
WT_INLINE vfloat sums_in_quarters(const vfloat *v) {
  enum { W = WT_WIDTH };
  vfloat ab = __builtin_shufflevector(v[0], v[1], IN_EVERY_QUARTER(0, W, 1, W + 1)) +
              __builtin_shufflevector(v[0], v[1], IN_EVERY_QUARTER(2, W + 2, 3, W + 3));
  vfloat cd = __builtin_shufflevector(v[2], v[3], IN_EVERY_QUARTER(0, W, 1, W + 1)) +
              __builtin_shufflevector(v[2], v[3], IN_EVERY_QUARTER(2, W + 2, 3, W + 3));
  return __builtin_shufflevector(ab, cd, IN_EVERY_QUARTER(0, 1, W, W + 1)) +
         __builtin_shufflevector(ab, cd, IN_EVERY_QUARTER(2, 3, W + 2, W + 3));
}

#endif
