// The kernels for AVX-512 (F, DQ, BW, VL): a block is one register.

#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,fma"))), \
                             apply_to = function)

// 16 registers to one with their 16 sums, by the tree of scalar.c.
static inline __m512 sums_of_16(const __m512 *v) {
  __m512 t[8], u[4];
  for (int i = 0; i < 8; i++)
    t[i] = _mm512_add_ps(_mm512_unpacklo_ps(v[2 * i], v[2 * i + 1]),
                         _mm512_unpackhi_ps(v[2 * i], v[2 * i + 1]));
  for (int i = 0; i < 4; i++) {
    __m512d a = _mm512_castps_pd(t[2 * i]), b = _mm512_castps_pd(t[2 * i + 1]);
    u[i] = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)),
                         _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
  }
  __m512 a = _mm512_add_ps(_mm512_shuffle_f32x4(u[0], u[1], 0x88),
                           _mm512_shuffle_f32x4(u[0], u[1], 0xdd));
  __m512 b = _mm512_add_ps(_mm512_shuffle_f32x4(u[2], u[3], 0x88),
                           _mm512_shuffle_f32x4(u[2], u[3], 0xdd));
  return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
}

static inline __m512 sigmoid16(__m512 x) {
  x = _mm512_min_ps(_mm512_set1_ps(WT_CLAMP), x);   // the second operand, so that NaN stays NaN
  x = _mm512_max_ps(_mm512_set1_ps(-WT_CLAMP), x);
  __m512 t = _mm512_mul_ps(x, _mm512_set1_ps(WT_MINUS_LOG2E));
  __m512 r = _mm512_add_ps(t, _mm512_set1_ps(WT_ROUND));
  __m512 f = _mm512_sub_ps(t, _mm512_sub_ps(r, _mm512_set1_ps(WT_ROUND)));
  __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(WT_P5), f, _mm512_set1_ps(WT_P4));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(WT_P3));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(WT_P2));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(WT_P1));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1));
  __m512i exponent = _mm512_slli_epi32(_mm512_castps_si512(r), 23);
  __m512 e = _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(p), exponent));
  return _mm512_div_ps(_mm512_set1_ps(1), _mm512_add_ps(_mm512_set1_ps(1), e));
}

// A tile of 4 inputs and 4 outputs: 16 sums stay in registers over all blocks.
static void sgns_dots_f32_avx512(const wt_sgns_batch *batch, int32_t first_block,
                                 int32_t last_block, float *products) {
  for (int32_t g = 0; g < batch->group_count; g++) {
    if (g + 1 < batch->group_count) wt_prefetch_group(batch, g + 1, first_block, last_block);
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    int32_t pitch = wt_padded(group->output_count, 16);
    for (int32_t i = 0; i < group->input_count; i += 4, products += 4 * pitch) {
      const float *x[4], *y[4];
      for (int k = 0; k < 4; k++) x[k] = wt_row(batch->input_rows, batch->stride, inputs[i + k]);
      for (int32_t o = 0; o < group->output_count; o += 4) {
        for (int k = 0; k < 4; k++) y[k] = wt_row(batch->output_rows, batch->stride, outputs[o + k]);
        __m512 sums[16];
        for (int k = 0; k < 16; k++) sums[k] = _mm512_setzero_ps();
        for (int32_t b = first_block; b < last_block; b++) {
          __m512 y0 = _mm512_load_ps(y[0] + b * WT_LANES), y1 = _mm512_load_ps(y[1] + b * WT_LANES),
                 y2 = _mm512_load_ps(y[2] + b * WT_LANES), y3 = _mm512_load_ps(y[3] + b * WT_LANES);
#pragma clang loop unroll(full)
          for (int k = 0; k < 4; k++) {
            __m512 v = _mm512_load_ps(x[k] + b * WT_LANES);
            sums[4 * k] = _mm512_fmadd_ps(v, y0, sums[4 * k]);
            sums[4 * k + 1] = _mm512_fmadd_ps(v, y1, sums[4 * k + 1]);
            sums[4 * k + 2] = _mm512_fmadd_ps(v, y2, sums[4 * k + 2]);
            sums[4 * k + 3] = _mm512_fmadd_ps(v, y3, sums[4 * k + 3]);
          }
        }
        __m512 totals = sums_of_16(sums);
        _mm_storeu_ps(products + o, _mm512_castps512_ps128(totals));
        _mm_storeu_ps(products + pitch + o, _mm512_extractf32x4_ps(totals, 1));
        _mm_storeu_ps(products + 2 * pitch + o, _mm512_extractf32x4_ps(totals, 2));
        _mm_storeu_ps(products + 3 * pitch + o, _mm512_extractf32x4_ps(totals, 3));
      }
    }
  }
}

static void sgns_coefficients_f32_avx512(const wt_sgns_batch *batch, const float *products,
                                         int32_t column_groups, int64_t pitch, float rate,
                                         float *coefficients) {
  const __m512 rates = _mm512_set1_ps(rate), one = _mm512_set1_ps(1);
  int64_t base = 0;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const uint32_t *masks = batch->masks + group->input_begin;
    const float *weights = batch->noise_weights + group->output_begin;
    int32_t row = wt_padded(group->output_count, 16);
    for (int32_t o = 0; o < group->output_count; o += 16) {
      int32_t count = group->output_count - o;
      __mmask16 valid = count >= 16 ? 0xffff : (__mmask16)((1u << count) - 1);
      __m512 weight = _mm512_maskz_loadu_ps(valid, weights + o);
      for (int32_t i = 0; i < group->input_count; i++) {
        int64_t k = base + (int64_t)i * row + o;
        __m512 d = _mm512_loadu_ps(products + k);
        for (int32_t c = 1; c < column_groups; c++)
          d = _mm512_add_ps(d, _mm512_loadu_ps(products + c * pitch + k));
        __mmask16 centres = o < 32 ? (__mmask16)(masks[i] >> o) : 0;
        __m512 a = _mm512_maskz_mov_ps(centres, one);
        __m512 windows = _mm512_set1_ps((float)__builtin_popcount(masks[i]));
        __m512 b = _mm512_fmadd_ps(weight, _mm512_sub_ps(windows, a), a);
        __m512 c = _mm512_mul_ps(rates, _mm512_fnmadd_ps(b, sigmoid16(d), a));
        _mm512_storeu_ps(coefficients + k, c);
      }
    }
    base += wt_sgns_product_count(group);
  }
}

// The deltas of 4 or 8 output rows stay in registers while all inputs pass by; the inputs' deltas
// wait in `deltas` for the next outputs.
#define UPDATE_OUTPUTS(COUNT)                                                            \
  do {                                                                                   \
    __m512 y[COUNT], dy[COUNT];                                                          \
    for (int k = 0; k < COUNT; k++) {                                                    \
      y[k] = _mm512_load_ps(outputs_at + outputs[o + k] * stride);                       \
      dy[k] = _mm512_setzero_ps();                                                       \
    }                                                                                    \
    for (int32_t i = 0; i < input_count; i++) {                                          \
      const float *c = coefficients + i * pitch + o;                                     \
      __m512 x = _mm512_load_ps(inputs_at + inputs[i] * stride);                         \
      __m512 dx = o ? deltas[i] : _mm512_setzero_ps();                                   \
      _Pragma("clang loop unroll(full)") for (int k = 0; k < COUNT; k++) {               \
        __m512 v = _mm512_set1_ps(c[k]);                                                 \
        dx = _mm512_fmadd_ps(v, y[k], dx);                                               \
        dy[k] = _mm512_fmadd_ps(v, x, dy[k]);                                            \
      }                                                                                  \
      deltas[i] = dx;                                                                    \
    }                                                                                    \
    for (int k = 0; k < COUNT; k++)                                                      \
      _mm512_store_ps(outputs_at + outputs[o + k] * stride, _mm512_add_ps(y[k], dy[k])); \
    o += COUNT;                                                                          \
  } while (0)

static void sgns_update_f32_avx512(const wt_sgns_batch *batch, int32_t first_block,
                                   int32_t last_block, const float *coefficients) {
  const int64_t stride = batch->stride;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    const int32_t input_count = group->input_count, output_count = group->output_count;
    const int32_t pitch = wt_padded(output_count, 16);
    __m512 deltas[input_count];
    for (int32_t b = first_block; b < last_block; b++) {
      float *inputs_at = batch->input_rows + b * WT_LANES;
      float *outputs_at = batch->output_rows + b * WT_LANES;
      int32_t o = 0;
      while (o + 8 <= output_count) UPDATE_OUTPUTS(8);
      if (o < output_count) UPDATE_OUTPUTS(4);
      for (int32_t i = 0; i < input_count; i++) {
        float *x = inputs_at + inputs[i] * stride;
        _mm512_store_ps(x, _mm512_add_ps(_mm512_load_ps(x), deltas[i]));
      }
    }
    coefficients += wt_sgns_product_count(group);
  }
}

static void sigmoid_f32_avx512(const float *values, float *results, int64_t count) {
  for (int64_t i = 0; i < count; i += 16) {
    __mmask16 valid = count - i >= 16 ? 0xffff : (__mmask16)((1u << (count - i)) - 1);
    _mm512_mask_storeu_ps(results + i, valid, sigmoid16(_mm512_maskz_loadu_ps(valid, values + i)));
  }
}

// The first `count` < 16 lanes; the others are 0 or stay as they are in memory.
static inline __mmask16 first_lanes(int64_t count) { return (__mmask16)((1u << count) - 1); }

static inline __m512 load_part(const float *from, int64_t count) {
  return _mm512_maskz_loadu_ps(first_lanes(count), from);
}

static inline void store_part(float *to, __m512 v, int64_t count) {
  _mm512_mask_storeu_ps(to, first_lanes(count), v);
}

#define WT_ISA(NAME) NAME##_avx512
#define WT_WIDTH 16
#define WT_TILE_ROWS 12
#define WT_TILE_VECTORS 2
#include "convolutions.h"
#include "layers.h"
#include "products.h"
#include "sequences.h"

#pragma clang attribute pop

const wt_kernels wt_kernels_avx512 = {
    "avx512",
    sgns_dots_f32_avx512,
    sgns_coefficients_f32_avx512,
    sgns_update_f32_avx512,
    sigmoid_f32_avx512,
    WT_SEQUENCE_KERNELS(avx512),
};

#endif
