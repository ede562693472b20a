// The definition of every kernel's bits, in plain C.

#include "kernels.h"

#include <math.h>
#include <string.h>

// One tree for the sum of 16 lanes: inside each quarter (0 + 2) + (1 + 3), then the quarters
// (q0 + q1) + (q2 + q3). It is what unpacking and adding registers gives.
static float sum_lanes(const float *v) {
  float q[4];
  for (int i = 0; i < 4; i++) q[i] = (v[4 * i] + v[4 * i + 2]) + (v[4 * i + 1] + v[4 * i + 3]);
  return (q[0] + q[1]) + (q[2] + q[3]);
}

static float dot(const float *x, const float *y, int32_t first_block, int32_t last_block) {
  float lanes[WT_LANES] = {0};
  for (int32_t b = first_block; b < last_block; b++)
    for (int l = 0; l < WT_LANES; l++)
      lanes[l] = fmaf(x[b * WT_LANES + l], y[b * WT_LANES + l], lanes[l]);
  return sum_lanes(lanes);
}

static float sigmoid(float x) {
  x = WT_CLAMP < x ? WT_CLAMP : x;   // in this form NaN stays NaN
  x = -WT_CLAMP > x ? -WT_CLAMP : x;
  float t = x * WT_MINUS_LOG2E, r = t + WT_ROUND, f = t - (r - WT_ROUND);
  float p = fmaf(WT_P5, f, WT_P4);
  p = fmaf(p, f, WT_P3);
  p = fmaf(p, f, WT_P2);
  p = fmaf(p, f, WT_P1);
  p = fmaf(p, f, 1.0f);
  uint32_t power, exponent;
  memcpy(&power, &p, 4);
  memcpy(&exponent, &r, 4);
  power += exponent << 23;
  float e;
  memcpy(&e, &power, 4);
  return 1.0f / (1.0f + e);
}

static void sgns_dots_f32_scalar(const wt_sgns_batch *batch, int32_t first_block,
                                 int32_t last_block, float *products) {
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    int32_t pitch = wt_padded(group->output_count, 16);
    for (int32_t i = 0; i < group->input_count; i++)
      for (int32_t o = 0; o < group->output_count; o++)
        products[i * pitch + o] = dot(wt_row(batch->input_rows, batch->stride, inputs[i]),
                                      wt_row(batch->output_rows, batch->stride, outputs[o]),
                                      first_block, last_block);
    products += wt_sgns_product_count(group);
  }
}

static void sgns_coefficients_f32_scalar(const wt_sgns_batch *batch, const float *products,
                                         int32_t column_groups, int64_t pitch, float rate,
                                         float *coefficients) {
  int64_t base = 0;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const uint32_t *masks = batch->masks + group->input_begin;
    const float *weights = batch->noise_weights + group->output_begin;
    int32_t row = wt_padded(group->output_count, 16);
    for (int32_t i = 0; i < group->input_count; i++) {
      float windows = (float)__builtin_popcount(masks[i]);
      for (int32_t o = 0; o < group->output_count; o++) {
        int64_t k = base + (int64_t)i * row + o;
        float d = products[k];
        for (int32_t c = 1; c < column_groups; c++) d += products[c * pitch + k];
        float a = o < 32 && (masks[i] >> o & 1) ? 1.0f : 0.0f;
        float b = fmaf(weights[o], windows - a, a);
        coefficients[k] = rate * fmaf(-b, sigmoid(d), a);
      }
    }
    base += wt_sgns_product_count(group);
  }
}

static void sgns_update_f32_scalar(const wt_sgns_batch *batch, int32_t first_block,
                                   int32_t last_block, const float *coefficients) {
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const int32_t *inputs = batch->inputs + group->input_begin;
    const int32_t *outputs = batch->outputs + group->output_begin;
    int32_t pitch = wt_padded(group->output_count, 16);
    float input_deltas[group->input_count], output_deltas[group->output_count];
    for (int64_t column = (int64_t)first_block * WT_LANES; column < (int64_t)last_block * WT_LANES;
         column++) {
      float *x = batch->input_rows + column, *y = batch->output_rows + column;
      for (int32_t i = 0; i < group->input_count; i++) {
        input_deltas[i] = 0;
        for (int32_t o = 0; o < group->output_count; o++)
          input_deltas[i] =
              fmaf(coefficients[i * pitch + o], y[outputs[o] * batch->stride], input_deltas[i]);
      }
      for (int32_t o = 0; o < group->output_count; o++) {
        output_deltas[o] = 0;
        for (int32_t i = 0; i < group->input_count; i++)
          output_deltas[o] =
              fmaf(coefficients[i * pitch + o], x[inputs[i] * batch->stride], output_deltas[o]);
      }
      // A word may stand twice among the inputs: one addition after the other.
      for (int32_t i = 0; i < group->input_count; i++)
        x[inputs[i] * batch->stride] += input_deltas[i];
      for (int32_t o = 0; o < group->output_count; o++)
        y[outputs[o] * batch->stride] += output_deltas[o];
    }
    coefficients += wt_sgns_product_count(group);
  }
}

static void sigmoid_f32_scalar(const float *values, float *results, int64_t count) {
  for (int64_t i = 0; i < count; i++) results[i] = sigmoid(values[i]);
}

const wt_kernels wt_kernels_scalar = {
    "scalar",
    sgns_dots_f32_scalar,
    sgns_coefficients_f32_scalar,
    sgns_update_f32_scalar,
    sigmoid_f32_scalar,
};
