// What products.h and sequences.h are written in: vectors of WT_WIDTH floats, the width of one
// register. A file that includes them defines WT_ISA, WT_WIDTH, WT_TILE_ROWS, WT_TILE_VECTORS,
// load_part and store_part first.
#ifndef WT_LANES_H
#define WT_LANES_H

#include "kernels.h"

#define WT_INLINE static inline __attribute__((always_inline))

typedef float vfloat __attribute__((vector_size(4 * WT_WIDTH)));
typedef uint32_t vbits __attribute__((vector_size(4 * WT_WIDTH)));
typedef double vdouble __attribute__((vector_size(8 * WT_WIDTH)));
typedef int32_t vint __attribute__((vector_size(4 * WT_WIDTH)));
typedef float vfloat_anywhere __attribute__((vector_size(4 * WT_WIDTH), aligned(4), may_alias));

WT_INLINE vfloat load(const float *from) { return *(const vfloat_anywhere *)from; }
WT_INLINE void store(float *to, vfloat v) { *(vfloat_anywhere *)to = v; }

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

// In these forms NaN stays NaN.
WT_INLINE vfloat at_least(float low, vfloat x) {
  return choose((vbits)(splat(low) > x), splat(low), x);
}

WT_INLINE vfloat at_most(float high, vfloat x) {
  return choose((vbits)(splat(high) < x), splat(high), x);
}

#endif
