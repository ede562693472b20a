// The element by element kernels of recurrent networks, for any width of registers; scalar.c says
// what they compute.

#include "lanes.h"

WT_INLINE vfloat exp_parts(vfloat x, vbits *power) {
  vfloat rounded = fma_v(x, splat(WT_LOG2E), splat(WT_ROUND)), n = rounded - WT_ROUND;
  *power = (vbits)rounded;
  vfloat r = fma_v(n, splat(-WT_LN2_LOW), fma_v(n, splat(-WT_LN2_HIGH), x));
  vfloat q = fma_v(splat(WT_Q4), r, splat(WT_Q3));
  q = fma_v(q, r, splat(WT_Q2));
  q = fma_v(q, r, splat(WT_Q1));
  q = fma_v(q, r, splat(WT_Q0));
  return fma_v(r * r, q, r);
}

WT_INLINE vfloat power_of_two(vbits bits) { return (vfloat)((bits << 23) + WT_ONE_BITS); }

WT_INLINE vfloat exponential(vfloat x) {
  vbits power;
  vfloat u = exp_parts(at_most(WT_EXP_HIGH, at_least(WT_EXP_LOW, x)), &power);
  vfloat e = (u + 1.0f) * power_of_two(power >> 1) * power_of_two(power - (power >> 1));
  return choose((vbits)(x < splat(WT_EXP_LOW)), (vfloat){0}, e);
}

WT_INLINE vfloat exponential_of_negative(vfloat x) {
  vbits power;
  vfloat u = exp_parts(at_least(WT_EXP_LOW, x), &power);
  vfloat e = (u + 1.0f) * power_of_two(power);
  return choose((vbits)(x < splat(WT_EXP_LOW)), (vfloat){0}, e);
}

WT_INLINE vfloat logistic(vfloat x) {
  vbits power;
  vfloat u = exp_parts(-at_least(-WT_CLAMP, at_most(WT_CLAMP, x)), &power);
  return 1.0f / fma_v(u + 1.0f, power_of_two(power), splat(1));
}

WT_INLINE vfloat hyperbolic_tangent(vfloat x) {
  vbits sign = (vbits)x & 0x80000000u, bits;
  vfloat y = at_most(WT_TANH_HIGH, (vfloat)((vbits)x & 0x7fffffffu));
  vfloat u = exp_parts(y + y, &bits), power = power_of_two(bits);
  vfloat m = fma_v(power, u, power - 1.0f);
  return (vfloat)((vbits)(m / (m + 2.0f)) | sign);
}

static void WT_ISA(exp_f32)(const float *values, float *results, int64_t count) {
  for (int64_t i = 0; i < count; i += WT_WIDTH)
    put(results + i, exponential(get(values + i, count - i)), count - i);
}

static void WT_ISA(tanh_f32)(const float *values, float *results, int64_t count) {
  for (int64_t i = 0; i < count; i += WT_WIDTH)
    put(results + i, hyperbolic_tangent(get(values + i, count - i)), count - i);
}

static void WT_ISA(lstm_forward_f32)(int64_t count, float *i, float *f, float *g, float *o,
                                     const float *peep_i, const float *peep_f, const float *peep_o,
                                     const float *c_prev, float *c, float *squashed, float *h) {
  for (int64_t k = 0; k < count; k += WT_WIDTH) {
    int64_t n = count - k;
    vfloat before = get(c_prev + k, n), input = get(i + k, n), forget = get(f + k, n);
    if (peep_i) input = fma_v(get(peep_i + k, n), before, input);
    if (peep_f) forget = fma_v(get(peep_f + k, n), before, forget);
    input = logistic(input);
    forget = logistic(forget);
    vfloat candidate = hyperbolic_tangent(get(g + k, n));
    vfloat cell = fma_v(forget, before, input * candidate), output = get(o + k, n);
    if (peep_o) output = fma_v(get(peep_o + k, n), cell, output);
    output = logistic(output);
    vfloat seen = hyperbolic_tangent(cell);
    put(i + k, input, n);
    put(f + k, forget, n);
    put(g + k, candidate, n);
    put(o + k, output, n);
    put(c + k, cell, n);
    put(squashed + k, seen, n);
    put(h + k, output * seen, n);
  }
}

static void WT_ISA(lstm_backward_f32)(int64_t count, const float *i, const float *f,
                                      const float *g, const float *o, const float *peep_i,
                                      const float *peep_f, const float *peep_o,
                                      const float *c_prev, const float *squashed, const float *dh,
                                      float *dc, float *di, float *df, float *dg, float *d_o) {
  for (int64_t k = 0; k < count; k += WT_WIDTH) {
    int64_t n = count - k;
    vfloat input = get(i + k, n), forget = get(f + k, n), candidate = get(g + k, n);
    vfloat output = get(o + k, n), seen = get(squashed + k, n), above = get(dh + k, n);
    vfloat d_output = above * seen * (output * (1.0f - output));
    vfloat d = fma_v(above * output, fma_v(-seen, seen, splat(1)), get(dc + k, n));
    if (peep_o) d = fma_v(d_output, get(peep_o + k, n), d);
    vfloat d_input = d * candidate * (input * (1.0f - input));
    vfloat d_forget = d * get(c_prev + k, n) * (forget * (1.0f - forget));
    vfloat d_candidate = d * input * fma_v(-candidate, candidate, splat(1));
    vfloat before = d * forget;
    if (peep_i) before = fma_v(d_input, get(peep_i + k, n), before);
    if (peep_f) before = fma_v(d_forget, get(peep_f + k, n), before);
    put(dc + k, before, n);
    put(di + k, d_input, n);
    put(df + k, d_forget, n);
    put(dg + k, d_candidate, n);
    put(d_o + k, d_output, n);
  }
}

static void WT_ISA(gru_forward_f32)(int64_t count, float *xr, float *xz, float *xn,
                                    const float *hr, const float *hz, const float *hn,
                                    const float *h_prev, float *h) {
  for (int64_t k = 0; k < count; k += WT_WIDTH) {
    int64_t n = count - k;
    vfloat reset = logistic(get(xr + k, n) + get(hr + k, n));
    vfloat update = logistic(get(xz + k, n) + get(hz + k, n));
    vfloat candidate = hyperbolic_tangent(fma_v(reset, get(hn + k, n), get(xn + k, n)));
    vfloat state = fma_v(update, get(h_prev + k, n) - candidate, candidate);
    put(xr + k, reset, n);
    put(xz + k, update, n);
    put(xn + k, candidate, n);
    put(h + k, state, n);
  }
}

static void WT_ISA(gru_backward_f32)(int64_t count, const float *r, const float *z, const float *n,
                                     const float *hn, const float *h_prev, const float *dh,
                                     float *dxr, float *dxz, float *dxn, float *dhn,
                                     float *dh_prev) {
  for (int64_t k = 0; k < count; k += WT_WIDTH) {
    int64_t left = count - k;
    vfloat reset = get(r + k, left), update = get(z + k, left), candidate = get(n + k, left);
    vfloat d = get(dh + k, left);
    vfloat d_candidate = d * (1.0f - update) * fma_v(-candidate, candidate, splat(1));
    vfloat d_update = d * (get(h_prev + k, left) - candidate) * (update * (1.0f - update));
    vfloat d_reset = d_candidate * get(hn + k, left) * (reset * (1.0f - reset));
    put(dxr + k, d_reset, left);
    put(dxz + k, d_update, left);
    put(dxn + k, d_candidate, left);
    put(dhn + k, d_candidate * reset, left);
    put(dh_prev + k, d * update, left);
  }
}

static double WT_ISA(softmax_xent_f32)(float *logits, int64_t count, int64_t target, float scale) {
  if (target < 0) {
    for (int64_t i = 0; i < count; i++) logits[i] = 0;
    return 0;
  }
  const float lowest = -__builtin_inff(), logit = logits[target];
  vfloat lanes[WT_PARTS];
  for (int p = 0; p < WT_PARTS; p++) lanes[p] = splat(lowest);
  for (int64_t i = 0; i < count; i += WT_LANES)
    for (int p = 0; p < WT_PARTS; p++) {
      int64_t at = i + p * WT_WIDTH;
      vfloat v = get_or(lowest, logits + at, count - at);
      lanes[p] = choose((vbits)(v > lanes[p]), v, lanes[p]);
    }
  float most = lowest;
  for (int p = 0; p < WT_PARTS; p++) {
    float part = __builtin_reduce_max(lanes[p]);   // no lane is NaN
    most = part > most ? part : most;
    lanes[p] = (vfloat){0};
  }

  for (int64_t i = 0; i < count; i += WT_LANES)
    for (int p = 0; p < WT_PARTS; p++) {
      int64_t at = i + p * WT_WIDTH;
      // e^-infinity is 0; only where `most` is infinite too, it is NaN, and so is all the rest.
      vfloat e = exponential_of_negative(get_or(lowest, logits + at, count - at) - most);
      put(logits + at, e, count - at);
      lanes[p] += e;
    }
  float sums[WT_LANES];
  for (int p = 0; p < WT_PARTS; p++) store(sums + p * WT_WIDTH, lanes[p]);
  float sum = wt_sum_lanes(sums), factor = scale / sum;
  for (int64_t i = 0; i < count; i += WT_WIDTH)
    put(logits + i, get(logits + i, count - i) * factor, count - i);
  logits[target] -= scale;
  return wt_log(sum) + ((double)most - logit);
}

static double WT_ISA(sum_squares_f32)(const float *values, int64_t count) {
  vdouble lanes[WT_PARTS];
  for (int p = 0; p < WT_PARTS; p++) lanes[p] = (vdouble){0};
  for (int64_t i = 0; i < count; i += WT_LANES)
    for (int p = 0; p < WT_PARTS; p++) {
      int64_t at = i + p * WT_WIDTH;
      vdouble d = __builtin_convertvector(get(values + at, count - at), vdouble);
      lanes[p] += d * d;
    }
  double sums[WT_LANES];
  for (int p = 0; p < WT_PARTS; p++)
    for (int l = 0; l < WT_WIDTH; l++) sums[p * WT_WIDTH + l] = lanes[p][l];
  return wt_sum_double_lanes(sums);
}

static void WT_ISA(axpy_f32)(int64_t count, float a, const float *x, float *y) {
  for (int64_t k = 0; k < count; k += WT_WIDTH) {
    int64_t n = count - k;
    put(y + k, fma_v(splat(a), get(x + k, n), get(y + k, n)), n);
  }
}
