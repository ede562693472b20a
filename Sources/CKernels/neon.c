// The kernels for NEON (every arm64 processor): a block is four registers, one for each quarter.

#include "kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

// The first `count` < 4 lanes; the others are 0 or stay as they are in memory.
static inline float32x4_t load_part(const float *from, int64_t count) {
  float lanes[4] = {0};
  for (int64_t k = 0; k < count; k++) lanes[k] = from[k];
  return vld1q_f32(lanes);
}

static inline void store_part(float *to, float32x4_t v, int64_t count) {
  float lanes[4];
  vst1q_f32(lanes, v);
  for (int64_t k = 0; k < count; k++) to[k] = lanes[k];
}

// NaN stays NaN; the bounds are not 0, whose sign these instructions see.
static inline float32x4_t at_least(float low, float32x4_t x) {
  return vmaxq_f32(vdupq_n_f32(low), x);
}

static inline float32x4_t at_most(float high, float32x4_t x) {
  return vminq_f32(vdupq_n_f32(high), x);
}

#define WT_ISA(NAME) NAME##_neon
#define WT_WIDTH 4
#define WT_TILE_ROWS 6
#define WT_TILE_VECTORS 4
#define WT_DOT_PARTS 4
#define WT_UPDATE_OUTPUTS 4
#include "bags.h"
#include "convolutions.h"
#include "cooccurrences.h"
#include "layers.h"
#include "products.h"
#include "sequences.h"
#include "skipgram.h"

const wt_kernels wt_kernels_neon = WT_KERNELS(neon);

#endif
