// The kernels for AVX2 with FMA: a block is two registers, and its halves are worked on apart.

#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// Per quarter of the lanes, the sums of 4 products side by side: (0 + 2) + (1 + 3).
static inline __m256 quarters_of_4(__m256 a, __m256 b, __m256 c, __m256 d) {
  __m256 ab = _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
  __m256 cd = _mm256_add_ps(_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
  __m256d p = _mm256_castps_pd(ab), q = _mm256_castps_pd(cd);
  return _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(p, q)),
                       _mm256_castpd_ps(_mm256_unpackhi_pd(p, q)));
}

static inline __m128 sum_of_quarters(__m256 low, __m256 high) {
  __m128 first = _mm_add_ps(_mm256_castps256_ps128(low), _mm256_extractf128_ps(low, 1));
  __m128 second = _mm_add_ps(_mm256_castps256_ps128(high), _mm256_extractf128_ps(high, 1));
  return _mm_add_ps(first, second);
}

static inline __m256 sigmoid8(__m256 x) {
  x = _mm256_min_ps(_mm256_set1_ps(WT_CLAMP), x);   // the second operand, so that NaN stays NaN
  x = _mm256_max_ps(_mm256_set1_ps(-WT_CLAMP), x);
  __m256 t = _mm256_mul_ps(x, _mm256_set1_ps(WT_MINUS_LOG2E));
  __m256 r = _mm256_add_ps(t, _mm256_set1_ps(WT_ROUND));
  __m256 f = _mm256_sub_ps(t, _mm256_sub_ps(r, _mm256_set1_ps(WT_ROUND)));
  __m256 p = _mm256_fmadd_ps(_mm256_set1_ps(WT_P5), f, _mm256_set1_ps(WT_P4));
  p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(WT_P3));
  p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(WT_P2));
  p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(WT_P1));
  p = _mm256_fmadd_ps(p, f, _mm256_set1_ps(1));
  __m256i exponent = _mm256_slli_epi32(_mm256_castps_si256(r), 23);
  __m256 e = _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), exponent));
  return _mm256_div_ps(_mm256_set1_ps(1), _mm256_add_ps(_mm256_set1_ps(1), e));
}

// A tile of 2 inputs and 4 outputs, one half of the lanes at a time: 8 sums stay in registers.
static void sgns_dots_f32_avx2(const wt_sgns_batch *batch, int32_t first_block, int32_t last_block,
                               float *products) {
  for (int32_t g = 0; g < batch->group_count; g++) {
    if (g + 1 < batch->group_count) wt_prefetch_group(batch, g + 1, first_block, last_block);
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    int32_t pitch = wt_padded(group->output_count, 16);
    for (int32_t i = 0; i < wt_padded(group->input_count, 4); i += 2, products += 2 * pitch) {
      const float *x0 = wt_row(batch->input_rows, batch->stride, inputs[i]);
      const float *x1 = wt_row(batch->input_rows, batch->stride, inputs[i + 1]);
      for (int32_t o = 0; o < group->output_count; o += 4) {
        const float *y[4];
        for (int k = 0; k < 4; k++) y[k] = wt_row(batch->output_rows, batch->stride, outputs[o + k]);
        __m256 quarters[2][2];
        for (int half = 0; half < 2; half++) {
          __m256 sums[8];
          for (int k = 0; k < 8; k++) sums[k] = _mm256_setzero_ps();
          for (int32_t b = first_block; b < last_block; b++) {
            int32_t at = b * WT_LANES + 8 * half;
            __m256 v0 = _mm256_load_ps(x0 + at), v1 = _mm256_load_ps(x1 + at);
#pragma clang loop unroll(full)
            for (int k = 0; k < 4; k++) {
              __m256 v = _mm256_load_ps(y[k] + at);
              sums[k] = _mm256_fmadd_ps(v0, v, sums[k]);
              sums[4 + k] = _mm256_fmadd_ps(v1, v, sums[4 + k]);
            }
          }
          quarters[0][half] = quarters_of_4(sums[0], sums[1], sums[2], sums[3]);
          quarters[1][half] = quarters_of_4(sums[4], sums[5], sums[6], sums[7]);
        }
        _mm_storeu_ps(products + o, sum_of_quarters(quarters[0][0], quarters[0][1]));
        _mm_storeu_ps(products + pitch + o, sum_of_quarters(quarters[1][0], quarters[1][1]));
      }
    }
  }
}

static void sgns_coefficients_f32_avx2(const wt_sgns_batch *batch, const float *products,
                                       int32_t column_groups, int64_t pitch, float rate,
                                       float *coefficients) {
  const __m256 rates = _mm256_set1_ps(rate), one = _mm256_set1_ps(1);
  const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  int64_t base = 0;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const uint32_t *masks = batch->masks + group->input_begin;
    const float *weights = batch->noise_weights + group->output_begin;
    int32_t row = wt_padded(group->output_count, 16);
    for (int32_t o = 0; o < group->output_count; o += 8) {
      // The last 4 outputs of a group may stand alone; the row of products is padded to 16.
      __m256 weight = o + 8 <= group->output_count
                          ? _mm256_loadu_ps(weights + o)
                          : _mm256_castps128_ps256(_mm_loadu_ps(weights + o));
      if (o + 8 > group->output_count)
        weight = _mm256_insertf128_ps(weight, _mm_setzero_ps(), 1);
      for (int32_t i = 0; i < group->input_count; i++) {
        int64_t k = base + (int64_t)i * row + o;
        __m256 d = _mm256_loadu_ps(products + k);
        for (int32_t c = 1; c < column_groups; c++)
          d = _mm256_add_ps(d, _mm256_loadu_ps(products + c * pitch + k));
        __m256i mask = _mm256_set1_epi32(o < 32 ? (int32_t)(masks[i] >> o) : 0);
        __m256i set = _mm256_cmpeq_epi32(_mm256_and_si256(mask, bits), bits);
        __m256 a = _mm256_and_ps(_mm256_castsi256_ps(set), one);
        __m256 windows = _mm256_set1_ps((float)__builtin_popcount(masks[i]));
        __m256 b = _mm256_fmadd_ps(weight, _mm256_sub_ps(windows, a), a);
        __m256 c = _mm256_mul_ps(rates, _mm256_fnmadd_ps(b, sigmoid8(d), a));
        _mm256_storeu_ps(coefficients + k, c);
      }
    }
    base += wt_sgns_product_count(group);
  }
}

// Four output rows' deltas stay in registers while all inputs pass by.
static void sgns_update_f32_avx2(const wt_sgns_batch *batch, int32_t first_block,
                                 int32_t last_block, const float *coefficients) {
  const int64_t stride = batch->stride;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    const int32_t input_count = group->input_count, output_count = group->output_count;
    const int32_t pitch = wt_padded(output_count, 16);
    __m256 deltas[input_count];
    for (int32_t at = first_block * WT_LANES; at < last_block * WT_LANES; at += 8) {
      float *inputs_at = batch->input_rows + at, *outputs_at = batch->output_rows + at;
      for (int32_t o = 0; o < output_count; o += 4) {
        __m256 y[4], dy[4];
        for (int k = 0; k < 4; k++) {
          y[k] = _mm256_load_ps(outputs_at + outputs[o + k] * stride);
          dy[k] = _mm256_setzero_ps();
        }
        for (int32_t i = 0; i < input_count; i++) {
          const float *c = coefficients + i * pitch + o;
          __m256 x = _mm256_load_ps(inputs_at + inputs[i] * stride);
          __m256 dx = o ? deltas[i] : _mm256_setzero_ps();
#pragma clang loop unroll(full)
          for (int k = 0; k < 4; k++) {
            __m256 v = _mm256_broadcast_ss(c + k);
            dx = _mm256_fmadd_ps(v, y[k], dx);
            dy[k] = _mm256_fmadd_ps(v, x, dy[k]);
          }
          deltas[i] = dx;
        }
        for (int k = 0; k < 4; k++)
          _mm256_store_ps(outputs_at + outputs[o + k] * stride, _mm256_add_ps(y[k], dy[k]));
      }
      for (int32_t i = 0; i < input_count; i++) {
        float *x = inputs_at + inputs[i] * stride;
        _mm256_store_ps(x, _mm256_add_ps(_mm256_load_ps(x), deltas[i]));
      }
    }
    coefficients += wt_sgns_product_count(group);
  }
}

static void sigmoid_f32_avx2(const float *values, float *results, int64_t count) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) _mm256_storeu_ps(results + i, sigmoid8(_mm256_loadu_ps(values + i)));
  if (i == count) return;
  float rest[8] = {0};
  for (int64_t k = i; k < count; k++) rest[k - i] = values[k];
  _mm256_storeu_ps(rest, sigmoid8(_mm256_loadu_ps(rest)));
  for (int64_t k = i; k < count; k++) results[k] = rest[k - i];
}

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

#define WT_ISA(NAME) NAME##_avx2
#define WT_WIDTH 8
#define WT_TILE_ROWS 6
#define WT_TILE_VECTORS 2
#include "convolutions.h"
#include "layers.h"
#include "products.h"
#include "sequences.h"

#pragma clang attribute pop

const wt_kernels wt_kernels_avx2 = {
    "avx2",
    sgns_dots_f32_avx2,
    sgns_coefficients_f32_avx2,
    sgns_update_f32_avx2,
    sigmoid_f32_avx2,
    WT_SEQUENCE_KERNELS(avx2),
};

#endif
