// The kernels for AVX-512 (F, DQ, BW, VL): a block is one register.

#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), \
                             apply_to = function)

// The first `count` < 16 lanes; the others are 0 or stay as they are in memory.
static inline __mmask16 first_lanes(int64_t count) { return (__mmask16)((1u << count) - 1); }

static inline __m512 load_part(const float *from, int64_t count) {
  return _mm512_maskz_loadu_ps(first_lanes(count), from);
}

static inline void store_part(float *to, __m512 v, int64_t count) {
  _mm512_mask_storeu_ps(to, first_lanes(count), v);
}

// NaN stays NaN, as the second operand of these instructions does.
static inline __m512 at_least(float low, __m512 x) {
  return _mm512_max_ps(_mm512_set1_ps(low), x);
}

static inline __m512 at_most(float high, __m512 x) {
  return _mm512_min_ps(_mm512_set1_ps(high), x);
}

#define WT_ISA(NAME) NAME##_avx512
#define WT_WIDTH 16
#define WT_TILE_ROWS 12
#define WT_TILE_VECTORS 2
#define WT_DOT_PARTS 1
#define WT_UPDATE_OUTPUTS 8
#include "bags.h"
#include "convolutions.h"
#include "cooccurrences.h"
#include "layers.h"
#include "products.h"
#include "sequences.h"
#include "skipgram.h"

#pragma clang attribute pop

const wt_kernels wt_kernels_avx512 = WT_KERNELS(avx512);

#endif
