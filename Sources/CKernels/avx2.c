// The kernels for AVX2 with FMA: a block is two registers, and its halves are worked on apart.

#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// The first `count` < 8 lanes; the others are 0 or stay as they are in memory.
static inline __m256i first_lanes(int64_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline __m256 load_part(const float *from, int64_t count) {
  return _mm256_maskload_ps(from, first_lanes(count));
}

static inline void store_part(float *to, __m256 v, int64_t count) {
  _mm256_maskstore_ps(to, first_lanes(count), v);
}

// NaN stays NaN, as the second operand of these instructions does.
static inline __m256 at_least(float low, __m256 x) {
  return _mm256_max_ps(_mm256_set1_ps(low), x);
}

static inline __m256 at_most(float high, __m256 x) {
  return _mm256_min_ps(_mm256_set1_ps(high), x);
}

#define WT_ISA(NAME) NAME##_avx2
#define WT_WIDTH 8
#define WT_TILE_ROWS 6
#define WT_TILE_VECTORS 2
#define WT_DOT_PARTS 1
#define WT_UPDATE_OUTPUTS 4
#include "bags.h"
#include "convolutions.h"
#include "cooccurrences.h"
#include "layers.h"
#include "products.h"
#include "sequences.h"
#include "skipgram.h"

#pragma clang attribute pop

const wt_kernels wt_kernels_avx2 = WT_KERNELS(avx2);

#endif
