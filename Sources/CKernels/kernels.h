// Shared by the kernel files of this target.
#ifndef WT_KERNELS_H
#define WT_KERNELS_H

#include "CKernels.h"

// A product that is not fused stays so: contraction would change the bits.
#pragma STDC FP_CONTRACT OFF

extern const wt_kernels wt_kernels_scalar;
#if defined(__x86_64__)
extern const wt_kernels wt_kernels_avx2;
extern const wt_kernels wt_kernels_avx512;
#endif
#if defined(__aarch64__)
extern const wt_kernels wt_kernels_neon;
#endif

// sigma(x) = 1 / (1 + e^-x), x clamped to +-30. e^-x = 2^n p(f) with n the nearest integer to
// -x log2(e) and f the rest; p is 2^f's Taylor polynomial of degree 5, relative error below 3e-6.
// Adding WT_ROUND leaves n in the low bits of the sum, ready to be added to p's exponent.
#define WT_CLAMP 30.0f
#define WT_MINUS_LOG2E -1.44269504f
#define WT_ROUND 12582912.0f   // 1.5 x 2^23
#define WT_P5 1.33335581e-3f
#define WT_P4 9.61812911e-3f
#define WT_P3 5.55041087e-2f
#define WT_P2 2.40226507e-1f
#define WT_P1 6.93147181e-1f

static inline int32_t wt_padded(int32_t count, int32_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

static inline const float *wt_row(const float *rows, int64_t stride, int32_t index) {
  return rows + (int64_t)index * stride;
}

// Asks for the blocks of all rows of a group while the group before it is worked on.
static inline void wt_prefetch_group(const wt_sgns_batch *batch, int32_t index,
                                     int32_t first_block, int32_t last_block) {
  const wt_sgns_group *group = &batch->groups[index];
  const int32_t *inputs = batch->inputs + group->input_begin;
  const int32_t *outputs = batch->outputs + group->output_begin;
  for (int32_t i = 0; i < group->input_count; i++) {
    const float *row = wt_row(batch->input_rows, batch->stride, inputs[i]);
    for (int32_t b = first_block; b < last_block; b++) __builtin_prefetch(row + b * WT_LANES);
  }
  for (int32_t o = 0; o < group->output_count; o++) {
    const float *row = wt_row(batch->output_rows, batch->stride, outputs[o]);
    for (int32_t b = first_block; b < last_block; b++) __builtin_prefetch(row + b * WT_LANES);
  }
}

#endif
