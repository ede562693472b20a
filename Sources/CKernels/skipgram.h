// The kernels of negative sampling and of paths down a tree, for any width of registers; scalar.c says what
// they compute.

#include "lanes.h"

// The logistic function by kernels.h's first polynomial.
WT_INLINE vfloat sigmoid(vfloat x) {
  x = at_least(-WT_CLAMP, at_most(WT_CLAMP, x));
  vfloat t = x * WT_MINUS_LOG2E, r = t + WT_ROUND, f = t - (r - WT_ROUND);
  vfloat p = fma_v(splat(WT_P5), f, splat(WT_P4));
  p = fma_v(p, f, splat(WT_P3));
  p = fma_v(p, f, splat(WT_P2));
  p = fma_v(p, f, splat(WT_P1));
  p = fma_v(p, f, splat(1));
  vfloat e = (vfloat)((vbits)p + ((vbits)r << 23));
  return 1.0f / (1.0f + e);
}

static void WT_ISA(sigmoid_f32)(const float *values, float *results, int64_t count) {
  int64_t i = 0;
  for (; i + WT_WIDTH <= count; i += WT_WIDTH) store(results + i, sigmoid(load(values + i)));
  if (i < count) put(results + i, sigmoid(get(values + i, count - i)), count - i);
}

// The quarters of a and then of b, each two neighbours added up.
WT_INLINE vfloat add_neighbours(vfloat a, vfloat b) {
  return __builtin_shufflevector(a, b, EVERY_OTHER_QUARTER(0)) +
         __builtin_shufflevector(a, b, EVERY_OTHER_QUARTER(4));
}

// A tile of dot products has 4 outputs and as many inputs as a register has quarters: whatever the
// width, their sums are 16 registers, 4 when added up inside quarters, and at last one.
enum { TILE_INPUTS = WT_WIDTH / 4 };

// Of a block, WT_DOT_PARTS registers are used at a time: as many as leave all sums in registers.
WT_INLINE void dot_products(const float *const *x, const float *const *y, int32_t first_block,
                            int32_t last_block, float *products, int32_t pitch) {
  vfloat totals[TILE_INPUTS * WT_PARTS];
#pragma clang loop unroll(full)
  for (int first = 0; first < WT_PARTS; first += WT_DOT_PARTS) {
    vfloat sums[TILE_INPUTS][WT_DOT_PARTS][4];
#pragma clang loop unroll(full)
    for (int i = 0; i < TILE_INPUTS; i++)
#pragma clang loop unroll(full)
      for (int p = 0; p < WT_DOT_PARTS; p++)
#pragma clang loop unroll(full)
        for (int o = 0; o < 4; o++) sums[i][p][o] = (vfloat){0};
    for (int32_t b = first_block; b < last_block; b++)
#pragma clang loop unroll(full)
      for (int p = 0; p < WT_DOT_PARTS; p++) {
        const int32_t at = b * WT_LANES + (first + p) * WT_WIDTH;
        vfloat v[4];
#pragma clang loop unroll(full)
        for (int o = 0; o < 4; o++) v[o] = load_aligned(y[o] + at);
#pragma clang loop unroll(full)
        for (int i = 0; i < TILE_INPUTS; i++) {
          vfloat u = load_aligned(x[i] + at);
#pragma clang loop unroll(full)
          for (int o = 0; o < 4; o++) sums[i][p][o] = fma_v(u, v[o], sums[i][p][o]);
        }
      }
#pragma clang loop unroll(full)
    for (int i = 0; i < TILE_INPUTS; i++)
#pragma clang loop unroll(full)
      for (int p = 0; p < WT_DOT_PARTS; p++)
        totals[i * WT_PARTS + first + p] = sums_in_quarters(sums[i][p]);
  }
  // The tree's last two levels: (q0 + q1) + (q2 + q3) of every input.
  vfloat low = add_neighbours(totals[0], totals[1]), high = add_neighbours(totals[2], totals[3]);
  float sums[WT_WIDTH];
  store(sums, add_neighbours(low, high));
#pragma clang loop unroll(full)
  for (int i = 0; i < TILE_INPUTS; i++)
    __builtin_memcpy(products + i * pitch, sums + i * 4, sizeof(float) * 4);
}

static void WT_ISA(sgns_dots_f32)(const wt_sgns_batch *batch, int32_t first_block,
                                  int32_t last_block, float *products) {
  for (int32_t g = 0; g < batch->group_count; g++) {
    if (g + 1 < batch->group_count) wt_prefetch_group(batch, g + 1, first_block, last_block);
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    const int32_t pitch = wt_padded(group->output_count, WT_LANES);
    for (int32_t i = 0; i < group->input_count; i += TILE_INPUTS) {
      const float *x[TILE_INPUTS], *y[4];
      for (int k = 0; k < TILE_INPUTS; k++)
        x[k] = wt_row(batch->input_rows, batch->stride, inputs[i + k]);
      for (int32_t o = 0; o < group->output_count; o += 4) {
        for (int k = 0; k < 4; k++)
          y[k] = wt_row(batch->output_rows, batch->stride, outputs[o + k]);
        dot_products(x, y, first_block, last_block, products + (int64_t)i * pitch + o, pitch);
      }
    }
    products += wt_sgns_product_count(group);
  }
}

static void WT_ISA(sgns_coefficients_f32)(const wt_sgns_batch *batch, const float *products,
                                          int32_t column_groups, int64_t pitch, float rate,
                                          float *coefficients) {
  const vbits bits = (1 + (vbits){0}) << (vbits)LANE_NUMBERS;
  int64_t base = 0;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const uint32_t *masks = batch->masks + group->input_begin;
    const float *weights = batch->noise_weights + group->output_begin;
    const int32_t input_count = group->input_count, output_count = group->output_count;
    const int32_t row = wt_padded(output_count, WT_LANES);
    // A row of products is padded to whole registers, the weights are not.
    for (int32_t o = 0; o < output_count; o += WT_WIDTH) {
      const vfloat weight = get(weights + o, output_count - o);
      for (int32_t i = 0; i < input_count; i++) {
        const int64_t k = base + (int64_t)i * row + o;
        vfloat d = load(products + k);
        for (int32_t c = 1; c < column_groups; c++) d += load(products + c * pitch + k);
        vbits centres = (vbits)(((o < 32 ? masks[i] >> o : 0) & bits) != 0);
        vfloat a = choose(centres, splat(1), (vfloat){0});
        vfloat windows = splat(group->path ? 1.0f : (float)__builtin_popcount(masks[i]));
        vfloat b = fma_v(weight, windows - a, a);
        store(coefficients + k, rate * fma_v(-b, sigmoid(d), a));
      }
    }
    base += wt_sgns_product_count(group);
  }
}

// Four coefficients. Taken from a vector, a factor is a lane for NEON's multiplication and still a
// load that fills a register for AVX.
typedef float quad_anywhere __attribute__((vector_size(16), aligned(4), may_alias));

// What `count` outputs give to all inputs and take from them, in one register's columns: the
// outputs' deltas stay in registers while the inputs pass by, the inputs' wait in `deltas` for the
// next outputs. `count` is a constant wherever this is called.
WT_INLINE void update_outputs(int count, bool first, const int32_t *outputs, float *outputs_at,
                              const int32_t *inputs, int32_t input_count, const float *inputs_at,
                              int64_t stride, const float *coefficients, int32_t pitch,
                              vfloat *deltas) {
  vfloat y[WT_UPDATE_OUTPUTS], dy[WT_UPDATE_OUTPUTS];
#pragma clang loop unroll(full)
  for (int k = 0; k < count; k++) {
    y[k] = load_aligned(outputs_at + outputs[k] * stride);
    dy[k] = (vfloat){0};
  }
  for (int32_t i = 0; i < input_count; i++) {
    const quad_anywhere *c = (const quad_anywhere *)(coefficients + (int64_t)i * pitch);
    vfloat x = load_aligned(inputs_at + inputs[i] * stride);
    vfloat dx = first ? (vfloat){0} : deltas[i];
#pragma clang loop unroll(full)
    for (int k = 0; k < count; k++) {
      vfloat v = splat(c[k / 4][k % 4]);
      dx = fma_v(v, y[k], dx);
      dy[k] = fma_v(v, x, dy[k]);
    }
    deltas[i] = dx;
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < count; k++)
    store_aligned(outputs_at + outputs[k] * stride, y[k] + dy[k]);
}

static void WT_ISA(sgns_update_f32)(const wt_sgns_batch *batch, int32_t first_block,
                                    int32_t last_block, const float *coefficients) {
  const int64_t stride = batch->stride;
  float *changed = batch->input_changes ? batch->input_changes : batch->input_rows;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    const int32_t input_count = group->input_count, output_count = group->output_count;
    const int32_t pitch = wt_padded(output_count, WT_LANES);
    vfloat deltas[input_count];
    for (int32_t at = first_block * WT_LANES; at < last_block * WT_LANES; at += WT_WIDTH) {
      float *inputs_at = batch->input_rows + at, *outputs_at = batch->output_rows + at;
      int32_t o = 0;
      for (; o + WT_UPDATE_OUTPUTS <= output_count; o += WT_UPDATE_OUTPUTS)
        update_outputs(WT_UPDATE_OUTPUTS, o == 0, outputs + o, outputs_at, inputs, input_count,
                       inputs_at, stride, coefficients + o, pitch, deltas);
      if (WT_UPDATE_OUTPUTS > 4 && o < output_count)
        update_outputs(4, o == 0, outputs + o, outputs_at, inputs, input_count, inputs_at, stride,
                       coefficients + o, pitch, deltas);
      for (int32_t i = 0; i < input_count; i++) {
        float *x = changed + at + inputs[i] * stride;
        store_aligned(x, load_aligned(x) + deltas[i]);
      }
    }
    coefficients += wt_sgns_product_count(group);
  }
}
