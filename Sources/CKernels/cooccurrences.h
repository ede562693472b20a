// The kernels of GloVe, for any width of registers; scalar.c says what they compute.

#include "lanes.h"

// Co-occurrences whose rows memory is asked for ahead of their use: they lie anywhere in the tables.
enum { GLOVE_AHEAD = 6 };

// Co-occurrences whose dot products are taken together: their sums fill the quarters of registers.
enum { GLOVE_TILE = 4 };

// Where a register `part` of the biases' block has the bias: all ones in its lane.
WT_INLINE vbits bias_lane(const wt_glove_batch *batch, int part) {
  const int32_t lane = (int32_t)(batch->bias % WT_LANES) - part * WT_WIDTH;
  return (vbits)((vint)LANE_NUMBERS == lane);
}

// Asks for blocks of the rows of a co-occurrence, and of their sums of squares where these are written.
WT_INLINE void prefetch_rows(const wt_glove_batch *batch, int32_t e, int32_t first_block,
                             int32_t last_block, bool with_squares) {
  if (e >= batch->count) return;
  const float *x = wt_row(batch->words, batch->stride, batch->word_ids[e]);
  const float *y = wt_row(batch->contexts, batch->stride, batch->context_ids[e]);
  for (int64_t at = (int64_t)first_block * WT_LANES; at < (int64_t)last_block * WT_LANES;
       at += WT_LANES) {
    __builtin_prefetch(x + at);
    __builtin_prefetch(y + at);
    if (with_squares) {
      __builtin_prefetch(x + batch->squares + at, 1);
      __builtin_prefetch(y + batch->squares + at, 1);
    }
  }
}

static void WT_ISA(glove_dots_f32)(const wt_glove_batch *batch, int32_t first_block,
                                   int32_t last_block, float *products) {
  const int32_t bias_block = (int32_t)(batch->bias / WT_LANES);
  const bool has_bias = bias_block < last_block;
  const int32_t plain_end = has_bias ? bias_block : last_block;
  for (int32_t e = 0; e < batch->count; e += GLOVE_TILE) {
    const float *x[GLOVE_TILE], *y[GLOVE_TILE];
    for (int k = 0; k < GLOVE_TILE; k++) {
      prefetch_rows(batch, e + GLOVE_AHEAD + k, first_block, last_block, false);
      // The last co-occurrence stands for those that are not there.
      const int32_t number = e + k < batch->count ? e + k : batch->count - 1;
      x[k] = wt_row(batch->words, batch->stride, batch->word_ids[number]);
      y[k] = wt_row(batch->contexts, batch->stride, batch->context_ids[number]);
    }
    float quarters[WT_LANES];   // four sums in each
#pragma clang loop unroll(full)
    for (int p = 0; p < WT_PARTS; p++) {
      vfloat sums[GLOVE_TILE];
#pragma clang loop unroll(full)
      for (int k = 0; k < GLOVE_TILE; k++) sums[k] = (vfloat){0};
      for (int32_t b = first_block; b < plain_end; b++) {
        const int64_t at = (int64_t)b * WT_LANES + p * WT_WIDTH;
#pragma clang loop unroll(full)
        for (int k = 0; k < GLOVE_TILE; k++)
          sums[k] = fma_v(load_aligned(x[k] + at), load_aligned(y[k] + at), sums[k]);
      }
      if (has_bias) {
        const int64_t at = (int64_t)bias_block * WT_LANES + p * WT_WIDTH;
        const vbits bias = bias_lane(batch, p);
#pragma clang loop unroll(full)
        for (int k = 0; k < GLOVE_TILE; k++) {
          const vfloat other = load_aligned(y[k] + at);
          sums[k] = fma_v(load_aligned(x[k] + at), choose(bias, splat(1), other), sums[k]);
          sums[k] = choose(bias, sums[k] + other, sums[k]);
        }
      }
      store(quarters + p * WT_WIDTH, sums_in_quarters(sums));
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < GLOVE_TILE; k++)
      products[e + k] = (quarters[k] + quarters[4 + k]) + (quarters[8 + k] + quarters[12 + k]);
  }
}

static void WT_ISA(glove_coefficients_f32)(const wt_glove_batch *batch, const float *products,
                                           int32_t column_groups, int64_t pitch,
                                           float *coefficients) {
  for (int32_t e = 0; e < batch->count; e += WT_WIDTH) {
    const int64_t left = batch->count - e;
    vfloat d = get(products + e, left);
    for (int32_t g = 1; g < column_groups; g++) d += get(products + g * pitch + e, left);
    put(coefficients + e, get(batch->weights + e, left) * (d - get(batch->logs + e, left)), left);
  }
}

// One register of both rows.
WT_INLINE void adapt(float *x, float *y, int64_t squares, vfloat dx, vfloat dy) {
  const vfloat x_squares = load_aligned(x + squares), y_squares = load_aligned(y + squares);
  store_aligned(x, load_aligned(x) - dx / __builtin_elementwise_sqrt(1.0f + x_squares));
  store_aligned(y, load_aligned(y) - dy / __builtin_elementwise_sqrt(1.0f + y_squares));
  store_aligned(x + squares, fma_v(dx, dx, x_squares));
  store_aligned(y + squares, fma_v(dy, dy, y_squares));
}

WT_INLINE vfloat limited_step(vfloat coefficient, const float *other, float rate, float limit) {
  return rate * at_least(-limit, at_most(limit, coefficient * load_aligned(other)));
}

static void WT_ISA(glove_update_f32)(const wt_glove_batch *batch, int32_t first_block,
                                     int32_t last_block, const float *coefficients, float rate,
                                     float limit) {
  const int32_t bias_block = (int32_t)(batch->bias / WT_LANES);
  const bool has_bias = bias_block < last_block;
  const int64_t plain_end = (int64_t)(has_bias ? bias_block : last_block) * WT_LANES;
  for (int32_t e = 0; e < batch->count; e++) {
    prefetch_rows(batch, e + GLOVE_AHEAD, first_block, last_block, true);
    float *x = batch->words + batch->word_ids[e] * batch->stride;
    float *y = batch->contexts + batch->context_ids[e] * batch->stride;
    const vfloat v = splat(coefficients[e]);
    for (int64_t at = (int64_t)first_block * WT_LANES; at < plain_end; at += WT_WIDTH)
      adapt(x + at, y + at, batch->squares, limited_step(v, y + at, rate, limit),
            limited_step(v, x + at, rate, limit));
    if (!has_bias) continue;
#pragma clang loop unroll(full)
    for (int p = 0; p < WT_PARTS; p++) {
      const int64_t at = plain_end + p * WT_WIDTH;
      const vbits bias = bias_lane(batch, p);
      adapt(x + at, y + at, batch->squares,
            choose(bias, v, limited_step(v, y + at, rate, limit)),
            choose(bias, v, limited_step(v, x + at, rate, limit)));
    }
  }
}
