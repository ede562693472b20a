// Which kernels this processor has; and what is not worth a variant of its own.

#include "kernels.h"

#include <math.h>
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

// log(1 + e^x) without overflow.
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

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
      double windows = __builtin_popcount(masks[i]);
      count += windows;
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
