// Which kernels this processor has; and what is not worth a variant of its own.

#include "kernels.h"

#include <string.h>

static bool supports(const wt_kernels *kernels) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (kernels == &wt_kernels_avx512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("fma");
  if (kernels == &wt_kernels_avx2)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return true;   // scalar; NEON is part of every arm64 processor
}

// Fastest first.
static const wt_kernels *const all[] = {
#if defined(__x86_64__)
    &wt_kernels_avx512,
    &wt_kernels_avx2,
#endif
#if defined(__aarch64__)
    &wt_kernels_neon,
#endif
    &wt_kernels_scalar,
};

const wt_kernels *wt_kernels_named(const char *name) {
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
    if (strcmp(all[i]->name, name) == 0) return supports(all[i]) ? all[i] : 0;
  return 0;
}

const wt_kernels *wt_kernels_best(void) {
  unsigned i = 0;
  while (!supports(all[i])) i++;
  return all[i];
}

// e^x for x <= 0, which below -300 counts as -300: the series of e^(x / 1024), squared ten times.
// Relative error below 1e-12; the C library's bits would differ from machine to machine.
static double exponential(double x) {
  double r = (x < -300 ? -300 : x) * 0x1p-10, sum = 1;
  for (int k = 12; k >= 1; k--) sum = 1 + sum * r / k;
  for (int i = 0; i < 10; i++) sum *= sum;
  return sum;
}

// log(1 + e^x) without overflow: y = e^-|x| is at most 1, and log(1 + y) = 2 atanh(y / (2 + y)).
static double softplus(double x) {
  double y = exponential(x > 0 ? -x : x), s = y / (2 + y), z = s * s, p = 1.0 / 33;
  for (int k = 31; k >= 1; k -= 2) p = p * z + 1.0 / k;
  return (x > 0 ? x : 0) + 2 * s * p;
}

double wt_sgns_loss(const wt_sgns_batch *batch, const float *products, int32_t column_groups,
                    int64_t pitch, double *pairs) {
  double loss = 0, count = 0;
  int64_t base = 0;
  for (int32_t g = 0; g < batch->group_count; g++) {
    const wt_sgns_group *group = &batch->groups[g];
    const uint32_t *masks = batch->masks + group->input_begin;
    const float *weights = batch->noise_weights + group->output_begin;
    int32_t row = wt_padded(group->output_count, 16);
    for (int32_t i = 0; i < group->input_count; i++) {
      double windows = group->path ? 1 : __builtin_popcount(masks[i]);
      if (group->path != WT_EXTRA_PATH) count += windows;
      for (int32_t o = 0; o < group->output_count; o++) {
        int64_t k = base + (int64_t)i * row + o;
        float d = products[k];
        for (int32_t c = 1; c < column_groups; c++) d += products[c * pitch + k];
        double a = o < 32 && (masks[i] >> o & 1) ? 1 : 0, noise = weights[o] * (windows - a);
        if (a != 0) loss += softplus(-d);
        if (noise != 0) loss += noise * softplus(d);
      }
    }
    base += wt_sgns_product_count(group);
  }
  *pairs = count;
  return loss;
}
