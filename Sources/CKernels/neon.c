// The kernels for NEON (every arm64 processor): a block is four registers, one for each quarter.

#include "kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

// The sums of 4 products side by side for one quarter of the lanes: (0 + 2) + (1 + 3).
static inline float32x4_t quarter_of_4(float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d) {
  float32x4_t ab = vaddq_f32(vzip1q_f32(a, b), vzip2q_f32(a, b));   // a02 b02 a13 b13
  float32x4_t cd = vaddq_f32(vzip1q_f32(c, d), vzip2q_f32(c, d));
  float32x4_t even = vcombine_f32(vget_low_f32(ab), vget_low_f32(cd));
  float32x4_t odd = vcombine_f32(vget_high_f32(ab), vget_high_f32(cd));
  return vaddq_f32(even, odd);
}

static inline float32x4_t sigmoid4(float32x4_t x) {
  x = vminq_f32(vdupq_n_f32(WT_CLAMP), x);   // NaN stays NaN
  x = vmaxq_f32(vdupq_n_f32(-WT_CLAMP), x);
  float32x4_t t = vmulq_f32(x, vdupq_n_f32(WT_MINUS_LOG2E));
  float32x4_t r = vaddq_f32(t, vdupq_n_f32(WT_ROUND));
  float32x4_t f = vsubq_f32(t, vsubq_f32(r, vdupq_n_f32(WT_ROUND)));
  float32x4_t p = vfmaq_f32(vdupq_n_f32(WT_P4), vdupq_n_f32(WT_P5), f);
  p = vfmaq_f32(vdupq_n_f32(WT_P3), p, f);
  p = vfmaq_f32(vdupq_n_f32(WT_P2), p, f);
  p = vfmaq_f32(vdupq_n_f32(WT_P1), p, f);
  p = vfmaq_f32(vdupq_n_f32(1), p, f);
  int32x4_t exponent = vshlq_n_s32(vreinterpretq_s32_f32(r), 23);
  float32x4_t e = vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(p), exponent));
  return vdivq_f32(vdupq_n_f32(1), vaddq_f32(vdupq_n_f32(1), e));
}

// A tile of 1 input and 4 outputs: 16 registers of sums.
static void sgns_dots_f32_neon(const wt_sgns_batch *batch, int32_t first_block, int32_t last_block,
                               float *products) {
  for (int32_t g = 0; g < batch->group_count; g++) {
    if (g + 1 < batch->group_count) wt_prefetch_group(batch, g + 1, first_block, last_block);
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    int32_t pitch = wt_padded(group->output_count, 16);
    for (int32_t i = 0; i < group->input_count; i++) {
      const float *x = wt_row(batch->input_rows, batch->stride, inputs[i]);
      for (int32_t o = 0; o < group->output_count; o += 4) {
        const float *y[4];
        for (int k = 0; k < 4; k++) y[k] = wt_row(batch->output_rows, batch->stride, outputs[o + k]);
        float32x4_t sums[4][4];
        for (int k = 0; k < 4; k++)
          for (int q = 0; q < 4; q++) sums[k][q] = vdupq_n_f32(0);
        for (int32_t b = first_block; b < last_block; b++) {
#pragma clang loop unroll(full)
          for (int q = 0; q < 4; q++) {
            int32_t at = b * WT_LANES + 4 * q;
            float32x4_t v = vld1q_f32(x + at);
#pragma clang loop unroll(full)
            for (int k = 0; k < 4; k++) sums[k][q] = vfmaq_f32(sums[k][q], v, vld1q_f32(y[k] + at));
          }
        }
        float32x4_t quarters[4];
        for (int q = 0; q < 4; q++)
          quarters[q] = quarter_of_4(sums[0][q], sums[1][q], sums[2][q], sums[3][q]);
        vst1q_f32(products + (int64_t)i * pitch + o,
                  vaddq_f32(vaddq_f32(quarters[0], quarters[1]), vaddq_f32(quarters[2], quarters[3])));
      }
    }
    products += wt_sgns_product_count(group);
  }
}

static void sgns_coefficients_f32_neon(const wt_sgns_batch *batch, const float *products,
                                       int32_t column_groups, int64_t pitch, float rate,
                                       float *coefficients) {
  const uint32x4_t bits = {1, 2, 4, 8};
  const float32x4_t one = vdupq_n_f32(1);
  int64_t base = 0;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const uint32_t *masks = batch->masks + group->input_begin;
    const float *weights = batch->noise_weights + group->output_begin;
    int32_t row = wt_padded(group->output_count, 16);
    for (int32_t i = 0; i < group->input_count; i++) {
      float32x4_t windows = vdupq_n_f32((float)__builtin_popcount(masks[i]));
      for (int32_t o = 0; o < group->output_count; o += 4) {
        int64_t k = base + (int64_t)i * row + o;
        float32x4_t d = vld1q_f32(products + k);
        for (int32_t c = 1; c < column_groups; c++)
          d = vaddq_f32(d, vld1q_f32(products + c * pitch + k));
        uint32x4_t set = vtstq_u32(vdupq_n_u32(o < 32 ? masks[i] >> o : 0), bits);
        float32x4_t a = vreinterpretq_f32_u32(vandq_u32(set, vreinterpretq_u32_f32(one)));
        float32x4_t b = vfmaq_f32(a, vld1q_f32(weights + o), vsubq_f32(windows, a));
        float32x4_t c = vfmsq_f32(a, b, sigmoid4(d));
        vst1q_f32(coefficients + k, vmulq_f32(vdupq_n_f32(rate), c));
      }
    }
    base += wt_sgns_product_count(group);
  }
}

// Four output rows' deltas stay in registers while all inputs pass by.
static void sgns_update_f32_neon(const wt_sgns_batch *batch, int32_t first_block,
                                 int32_t last_block, const float *coefficients) {
  const int64_t stride = batch->stride;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    const int32_t input_count = group->input_count, output_count = group->output_count;
    const int32_t pitch = wt_padded(output_count, 16);
    float32x4_t deltas[input_count];
    for (int32_t at = first_block * WT_LANES; at < last_block * WT_LANES; at += 4) {
      float *inputs_at = batch->input_rows + at, *outputs_at = batch->output_rows + at;
      for (int32_t o = 0; o < output_count; o += 4) {
        float32x4_t y[4], dy[4];
        for (int k = 0; k < 4; k++) {
          y[k] = vld1q_f32(outputs_at + outputs[o + k] * stride);
          dy[k] = vdupq_n_f32(0);
        }
        for (int32_t i = 0; i < input_count; i++) {
          float32x4_t c = vld1q_f32(coefficients + (int64_t)i * pitch + o);
          float32x4_t x = vld1q_f32(inputs_at + inputs[i] * stride);
          float32x4_t dx = o ? deltas[i] : vdupq_n_f32(0);
          dx = vfmaq_laneq_f32(dx, y[0], c, 0);
          dy[0] = vfmaq_laneq_f32(dy[0], x, c, 0);
          dx = vfmaq_laneq_f32(dx, y[1], c, 1);
          dy[1] = vfmaq_laneq_f32(dy[1], x, c, 1);
          dx = vfmaq_laneq_f32(dx, y[2], c, 2);
          dy[2] = vfmaq_laneq_f32(dy[2], x, c, 2);
          dx = vfmaq_laneq_f32(dx, y[3], c, 3);
          dy[3] = vfmaq_laneq_f32(dy[3], x, c, 3);
          deltas[i] = dx;
        }
        for (int k = 0; k < 4; k++)
          vst1q_f32(outputs_at + outputs[o + k] * stride, vaddq_f32(y[k], dy[k]));
      }
      for (int32_t i = 0; i < input_count; i++) {
        float *x = inputs_at + inputs[i] * stride;
        vst1q_f32(x, vaddq_f32(vld1q_f32(x), deltas[i]));
      }
    }
    coefficients += wt_sgns_product_count(group);
  }
}

static void sigmoid_f32_neon(const float *values, float *results, int64_t count) {
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) vst1q_f32(results + i, sigmoid4(vld1q_f32(values + i)));
  if (i == count) return;
  float rest[4] = {0};
  for (int64_t k = i; k < count; k++) rest[k - i] = values[k];
  vst1q_f32(rest, sigmoid4(vld1q_f32(rest)));
  for (int64_t k = i; k < count; k++) results[k] = rest[k - i];
}

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

#define WT_ISA(NAME) NAME##_neon
#define WT_WIDTH 4
#define WT_TILE_ROWS 6
#define WT_TILE_VECTORS 4
#include "convolutions.h"
#include "layers.h"
#include "products.h"
#include "sequences.h"

const wt_kernels wt_kernels_neon = {
    "neon",
    sgns_dots_f32_neon,
    sgns_coefficients_f32_neon,
    sgns_update_f32_neon,
    sigmoid_f32_neon,
    WT_SEQUENCE_KERNELS(neon),
};

#endif
