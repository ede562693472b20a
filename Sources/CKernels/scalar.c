// The definition of every kernel's bits, in plain C.

#include "kernels.h"

#include <math.h>
#include <string.h>

static float dot(const float *x, const float *y, int32_t first_block, int32_t last_block) {
  float lanes[WT_LANES] = {0};
  for (int32_t b = first_block; b < last_block; b++)
    for (int l = 0; l < WT_LANES; l++)
      lanes[l] = fmaf(x[b * WT_LANES + l], y[b * WT_LANES + l], lanes[l]);
  return wt_sum_lanes(lanes);
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
      float windows = group->path ? 1.0f : (float)__builtin_popcount(masks[i]);
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
      float *changed = batch->input_changes ? batch->input_changes + column : x;
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
        changed[inputs[i] * batch->stride] += input_deltas[i];
      for (int32_t o = 0; o < group->output_count; o++)
        y[outputs[o] * batch->stride] += output_deltas[o];
    }
    coefficients += wt_sgns_product_count(group);
  }
}

static void sigmoid_f32_scalar(const float *values, float *results, int64_t count) {
  for (int64_t i = 0; i < count; i++) results[i] = sigmoid(values[i]);
}

static void pack_panel_f32_scalar(int64_t inner, int64_t columns, const float *b, int64_t b_row,
                                  int64_t b_column, float *panel) {
  for (int64_t k = 0; k < inner; k++)
    for (int64_t j = 0; j < WT_PANEL; j++)
      panel[k * WT_PANEL + j] = j < columns ? b[k * b_row + j * b_column] : 0;
}

static void gemm_panel_f32_scalar(int64_t rows, int64_t columns, int64_t inner, const float *a,
                                  int64_t a_row, int64_t a_column, const float *panel, float *c,
                                  int64_t c_row, bool keep) {
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < columns; j++) {
      float sum = keep ? c[i * c_row + j] : 0;
      for (int64_t k = 0; k < inner; k++)
        sum = fmaf(a[i * a_row + k * a_column], panel[k * WT_PANEL + j], sum);
      c[i * c_row + j] = sum;
    }
}

static void convolve_panel_f32_scalar(const wt_convolution *c) {
  for (int64_t p = 0; p < c->places; p++)
    for (int64_t j = 0; j < c->columns; j++) {
      const int64_t place = c->output_offsets[p] + j;
      float sum = c->keep ? c->output[place] : c->bias ? c->bias[j] : 0;
      for (int64_t s = 0; s < c->segments; s++)
        for (int64_t k = 0; k < c->inner; k++)
          sum = fmaf(c->input[c->input_offsets[p] + c->segment_offsets[s] + k],
                     c->panel[(s * c->inner + k) * WT_PANEL + j], sum);
      if (c->addend) sum += c->addend[place];
      c->output[place] = c->relu && 0 > sum ? 0 : sum;
    }
}

static void add_weight_gradient_f32_scalar(const wt_weight_gradient *g) {
  for (int64_t i = 0; i < g->rows; i++)
    for (int64_t j = 0; j < g->columns; j++) {
      float sum = 0;
      for (int64_t p = 0; p < g->places; p++)
        sum = fmaf(g->input[g->input_offsets[p] + i], g->gradient[p * g->gradient_row + j], sum);
      g->weights[i * g->weights_row + j] += sum;
    }
}

static void dots_f32_scalar(int64_t rows, int64_t outputs, int64_t inner, const float *x,
                            int64_t x_row, const float *w, int64_t w_row, const float *bias,
                            float *y, int64_t y_row) {
  for (int64_t i = 0; i < rows; i++)
    for (int64_t o = 0; o < outputs; o++) {
      float lanes[WT_LANES] = {0};
      for (int64_t k = 0; k < inner; k++)
        lanes[k % WT_LANES] = fmaf(x[i * x_row + k], w[o * w_row + k], lanes[k % WT_LANES]);
      y[i * y_row + o] = wt_sum_lanes(lanes) + (bias ? bias[o] : 0);
    }
}

// e^r - 1 for the r of e^x = 2^n e^r; *power receives the bits with n in them. NaN stays NaN.
static float exp_parts(float x, uint32_t *power) {
  float rounded = fmaf(x, WT_LOG2E, WT_ROUND), n = rounded - WT_ROUND;
  memcpy(power, &rounded, 4);
  float r = fmaf(n, -WT_LN2_LOW, fmaf(n, -WT_LN2_HIGH, x));
  float q = fmaf(WT_Q4, r, WT_Q3);
  q = fmaf(q, r, WT_Q2);
  q = fmaf(q, r, WT_Q1);
  q = fmaf(q, r, WT_Q0);
  return fmaf(r * r, q, r);
}

// 2^n for the n in those bits, -127 < n < 128.
static float power_of_two(uint32_t bits) {
  bits = (bits << 23) + WT_ONE_BITS;
  float power;
  memcpy(&power, &bits, 4);
  return power;
}

static float exponential(float x) {
  float y = WT_EXP_LOW > x ? WT_EXP_LOW : x;
  y = WT_EXP_HIGH < y ? WT_EXP_HIGH : y;
  uint32_t power;
  float u = exp_parts(y, &power);
  // 2^n may be infinite where e^x is not: in two steps.
  float e = (u + 1.0f) * power_of_two(power >> 1) * power_of_two(power - (power >> 1));
  return x < WT_EXP_LOW ? 0.0f : e;
}

// e^x for x <= 0.
static float exponential_of_negative(float x) {
  uint32_t power;
  float u = exp_parts(WT_EXP_LOW > x ? WT_EXP_LOW : x, &power);
  float e = (u + 1.0f) * power_of_two(power);
  return x < WT_EXP_LOW ? 0.0f : e;
}

// The logistic function, closer than sigmoid().
static float logistic(float x) {
  float y = WT_CLAMP < x ? WT_CLAMP : x;
  y = -WT_CLAMP > y ? -WT_CLAMP : y;
  uint32_t power;
  float u = exp_parts(-y, &power);
  return 1.0f / fmaf(u + 1.0f, power_of_two(power), 1.0f);
}

// tanh |x| = m / (m + 2) with m = e^2|x| - 1, which is exact near 0.
static float hyperbolic_tangent(float x) {
  float y = fabsf(x);
  y = WT_TANH_HIGH < y ? WT_TANH_HIGH : y;
  uint32_t bits;
  float u = exp_parts(y + y, &bits), power = power_of_two(bits);
  float m = fmaf(power, u, power - 1.0f);
  return copysignf(m / (m + 2.0f), x);
}

static void exp_f32_scalar(const float *values, float *results, int64_t count) {
  for (int64_t i = 0; i < count; i++) results[i] = exponential(values[i]);
}

static void tanh_f32_scalar(const float *values, float *results, int64_t count) {
  for (int64_t i = 0; i < count; i++) results[i] = hyperbolic_tangent(values[i]);
}

static void lstm_forward_f32_scalar(int64_t count, float *i, float *f, float *g, float *o,
                                    const float *peep_i, const float *peep_f, const float *peep_o,
                                    const float *c_prev, float *c, float *squashed, float *h) {
  for (int64_t k = 0; k < count; k++) {
    float before = c_prev[k];
    float input = logistic(peep_i ? fmaf(peep_i[k], before, i[k]) : i[k]);
    float forget = logistic(peep_f ? fmaf(peep_f[k], before, f[k]) : f[k]);
    float candidate = hyperbolic_tangent(g[k]);
    float cell = fmaf(forget, before, input * candidate);
    float output = logistic(peep_o ? fmaf(peep_o[k], cell, o[k]) : o[k]);
    float seen = hyperbolic_tangent(cell);
    i[k] = input;
    f[k] = forget;
    g[k] = candidate;
    o[k] = output;
    c[k] = cell;
    squashed[k] = seen;
    h[k] = output * seen;
  }
}

static void lstm_backward_f32_scalar(int64_t count, const float *i, const float *f, const float *g,
                                     const float *o, const float *peep_i, const float *peep_f,
                                     const float *peep_o, const float *c_prev,
                                     const float *squashed, const float *dh, float *dc, float *di,
                                     float *df, float *dg, float *d_o) {
  for (int64_t k = 0; k < count; k++) {
    float input = i[k], forget = f[k], candidate = g[k], output = o[k], seen = squashed[k];
    float d_output = dh[k] * seen * (output * (1.0f - output));
    float d = fmaf(dh[k] * output, fmaf(-seen, seen, 1.0f), dc[k]);
    if (peep_o) d = fmaf(d_output, peep_o[k], d);
    float d_input = d * candidate * (input * (1.0f - input));
    float d_forget = d * c_prev[k] * (forget * (1.0f - forget));
    float d_candidate = d * input * fmaf(-candidate, candidate, 1.0f);
    float before = d * forget;
    if (peep_i) before = fmaf(d_input, peep_i[k], before);
    if (peep_f) before = fmaf(d_forget, peep_f[k], before);
    dc[k] = before;
    di[k] = d_input;
    df[k] = d_forget;
    dg[k] = d_candidate;
    d_o[k] = d_output;
  }
}

static void gru_forward_f32_scalar(int64_t count, float *xr, float *xz, float *xn, const float *hr,
                                   const float *hz, const float *hn, const float *h_prev,
                                   float *h) {
  for (int64_t k = 0; k < count; k++) {
    float reset = logistic(xr[k] + hr[k]), update = logistic(xz[k] + hz[k]);
    float candidate = hyperbolic_tangent(fmaf(reset, hn[k], xn[k]));
    float state = fmaf(update, h_prev[k] - candidate, candidate);
    xr[k] = reset;
    xz[k] = update;
    xn[k] = candidate;
    h[k] = state;
  }
}

static void gru_backward_f32_scalar(int64_t count, const float *r, const float *z, const float *n,
                                    const float *hn, const float *h_prev, const float *dh,
                                    float *dxr, float *dxz, float *dxn, float *dhn,
                                    float *dh_prev) {
  for (int64_t k = 0; k < count; k++) {
    float reset = r[k], update = z[k], candidate = n[k], d = dh[k];
    float d_candidate = d * (1.0f - update) * fmaf(-candidate, candidate, 1.0f);
    float d_update = d * (h_prev[k] - candidate) * (update * (1.0f - update));
    float d_reset = d_candidate * hn[k] * (reset * (1.0f - reset));
    dxr[k] = d_reset;
    dxz[k] = d_update;
    dxn[k] = d_candidate;
    dhn[k] = d_candidate * reset;
    dh_prev[k] = d * update;
  }
}

static double softmax_xent_f32_scalar(float *logits, int64_t count, int64_t target, float scale) {
  if (target < 0) {
    for (int64_t i = 0; i < count; i++) logits[i] = 0;
    return 0;
  }
  float most = -INFINITY, lanes[WT_LANES] = {0}, logit = logits[target];
  for (int64_t i = 0; i < count; i++) most = logits[i] > most ? logits[i] : most;
  for (int64_t i = 0; i < count; i++) {
    logits[i] = exponential_of_negative(logits[i] - most);
    lanes[i % WT_LANES] += logits[i];
  }
  float sum = wt_sum_lanes(lanes), factor = scale / sum;
  for (int64_t i = 0; i < count; i++) logits[i] *= factor;
  logits[target] -= scale;
  return wt_log(sum) + ((double)most - logit);
}

static double sum_squares_f32_scalar(const float *values, int64_t count) {
  double lanes[WT_LANES] = {0};
  for (int64_t i = 0; i < count; i++) lanes[i % WT_LANES] += (double)values[i] * values[i];
  return wt_sum_double_lanes(lanes);
}

static void glove_dots_f32_scalar(const wt_glove_batch *batch, int32_t first_block,
                                  int32_t last_block, float *products) {
  for (int32_t e = 0; e < batch->count; e++) {
    const float *x = wt_row(batch->words, batch->stride, batch->word_ids[e]);
    const float *y = wt_row(batch->contexts, batch->stride, batch->context_ids[e]);
    float lanes[WT_LANES] = {0};
    for (int64_t c = (int64_t)first_block * WT_LANES; c < (int64_t)last_block * WT_LANES; c++) {
      float *lane = &lanes[c % WT_LANES];
      *lane = fmaf(x[c], c == batch->bias ? 1.0f : y[c], *lane);
      if (c == batch->bias) *lane += y[c];
    }
    products[e] = wt_sum_lanes(lanes);
  }
}

static void glove_coefficients_f32_scalar(const wt_glove_batch *batch, const float *products,
                                          int32_t column_groups, int64_t pitch,
                                          float *coefficients) {
  for (int32_t e = 0; e < batch->count; e++) {
    float d = products[e];
    for (int32_t g = 1; g < column_groups; g++) d += products[g * pitch + e];
    coefficients[e] = batch->weights[e] * (d - batch->logs[e]);
  }
}

static float within(float x, float limit) {
  x = limit < x ? limit : x;   // in this form NaN stays NaN
  return -limit > x ? -limit : x;
}

static void glove_update_f32_scalar(const wt_glove_batch *batch, int32_t first_block,
                                    int32_t last_block, const float *coefficients, float rate,
                                    float limit) {
  for (int32_t e = 0; e < batch->count; e++) {
    float *x = batch->words + batch->word_ids[e] * batch->stride;
    float *y = batch->contexts + batch->context_ids[e] * batch->stride;
    float *x_squares = x + batch->squares, *y_squares = y + batch->squares;
    for (int64_t c = (int64_t)first_block * WT_LANES; c < (int64_t)last_block * WT_LANES; c++) {
      float v = coefficients[e];
      float dx = c == batch->bias ? v : rate * within(v * y[c], limit);
      float dy = c == batch->bias ? v : rate * within(v * x[c], limit);
      x[c] -= dx / sqrtf(1.0f + x_squares[c]);
      y[c] -= dy / sqrtf(1.0f + y_squares[c]);
      x_squares[c] = fmaf(dx, dx, x_squares[c]);
      y_squares[c] = fmaf(dy, dy, y_squares[c]);
    }
  }
}

static void axpy_f32_scalar(int64_t count, float a, const float *x, float *y) {
  for (int64_t i = 0; i < count; i++) y[i] = fmaf(a, x[i], y[i]);
}

#include "bags_scalar.h"
#include "layers_scalar.h"

const wt_kernels wt_kernels_scalar = WT_KERNELS(scalar);
