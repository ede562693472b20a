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

// The table of one instruction set.
#define WT_KERNELS(ISA)                                                                          \
  {                                                                                              \
    #ISA, sgns_dots_f32_##ISA, sgns_coefficients_f32_##ISA, sgns_update_f32_##ISA,               \
        sigmoid_f32_##ISA, pack_panel_f32_##ISA, gemm_panel_f32_##ISA, exp_f32_##ISA,            \
        tanh_f32_##ISA, lstm_forward_f32_##ISA, lstm_backward_f32_##ISA, gru_forward_f32_##ISA,  \
        gru_backward_f32_##ISA, softmax_xent_f32_##ISA, sum_squares_f32_##ISA, axpy_f32_##ISA,   \
        convolve_panel_f32_##ISA, add_weight_gradient_f32_##ISA, dots_f32_##ISA, relu_f32_##ISA, \
        relu_gradient_f32_##ISA, tanh_gradient_f32_##ISA, sigmoid_gradient_f32_##ISA,            \
        add_f32_##ISA, drop_f32_##ISA, channel_sums_f32_##ISA, channel_products_f32_##ISA,       \
        scale_channels_f32_##ISA, combine_channels_f32_##ISA, max_pool_f32_##ISA,                \
        max_pool_gradient_f32_##ISA, average_pool_f32_##ISA, average_pool_gradient_f32_##ISA,    \
        gather_rows_f32_##ISA, scatter_rows_f32_##ISA, gather_weighted_rows_f32_##ISA,           \
        scatter_weighted_rows_f32_##ISA, row_dots_f32_##ISA, glove_dots_f32_##ISA,               \
        glove_coefficients_f32_##ISA, glove_update_f32_##ISA                                     \
  }

// The multipliers of MurmurHash3's finaliser.
#define WT_HASH_1 0x85ebca6bu
#define WT_HASH_2 0xc2b2ae35u

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

// e^x = 2^n e^r with n the nearest integer to x log2(e) and r = x - n ln 2 (ln 2 in two parts, the
// first short enough for n times it to be exact). e^r = 1 + r + r^2 q(r), q of degree 4 with the
// least greatest error of e^r, 4.5e-9 of it. The sum x log2(e) + WT_ROUND has n in its low bits;
// shifted left by 23, only n is left of it, and adding WT_ONE_BITS makes that the float 2^n.
#define WT_LOG2E 1.44269504f
#define WT_LN2_HIGH 0.693359375f
#define WT_LN2_LOW -2.12194440e-4f
#define WT_Q4 1.38140155e-3f
#define WT_Q3 8.36899783e-3f
#define WT_Q2 4.16684151e-2f
#define WT_Q1 1.66665182e-1f
#define WT_Q0 4.99999940e-1f
#define WT_ONE_BITS 0x3f800000
#define WT_EXP_LOW -87.33654f   // below: 0
#define WT_EXP_HIGH 89.0f       // e^x is infinity there
#define WT_TANH_HIGH 10.0f      // tanh is 1 there

// log(x) for x >= 1, error below 1e-13 of max(1, log x): log of x's power of two, and
// log m = 2 atanh s with s = (m - 1) / (m + 1) for the rest m in [sqrt(1/2), sqrt(2)).
static inline double wt_log(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, 8);
  // The exponent of x / sqrt(1/2).
  int64_t n = (int64_t)(bits - 0x3fe6a09e667f3bcd) >> 52;
  bits -= (uint64_t)n << 52;
  double m;
  __builtin_memcpy(&m, &bits, 8);
  double s = (m - 1) / (m + 1), z = s * s;
  double p = 1.0 / 17;
  for (int k = 15; k >= 1; k -= 2) p = p * z + 1.0 / k;
  return n * 0.69314718055994530942 + 2 * s * p + (x - x);   // NaN stays NaN
}

// One tree for the sum of 16 lanes: inside each quarter (0 + 2) + (1 + 3), then the quarters
// (q0 + q1) + (q2 + q3). It is what unpacking and adding registers gives.
static inline float wt_sum_lanes(const float *v) {
  float q[4];
  for (int i = 0; i < 4; i++) q[i] = (v[4 * i] + v[4 * i + 2]) + (v[4 * i + 1] + v[4 * i + 3]);
  return (q[0] + q[1]) + (q[2] + q[3]);
}

static inline double wt_sum_double_lanes(const double *v) {
  double q[4];
  for (int i = 0; i < 4; i++) q[i] = (v[4 * i] + v[4 * i + 2]) + (v[4 * i + 1] + v[4 * i + 3]);
  return (q[0] + q[1]) + (q[2] + q[3]);
}

// Where the stretch of rows at the same position that begins at `begin` ends.
static inline int64_t wt_stretch_end(const int32_t *positions, int64_t begin, int64_t count) {
  int64_t end = begin + 1;
  while (end < count && positions[end] == positions[begin]) end++;
  return end;
}

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
