// The SIMD inner loops of wordtool, chosen at run time.
//
// Every variant computes the very bits of the scalar code: 16 virtual lanes everywhere, fused
// multiply-add everywhere, one tree for horizontal sums, one polynomial for exp. What the bits are
// is defined by scalar.c; the other files only say it in another instruction set.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

/// Floats in a block: one cache line, one AVX-512 register, two of AVX2, four of NEON.
enum { WT_LANES = 16 };

/// Consecutive windows whose context words are trained against one set of output words.
///
/// Output words are the windows' centres first, then the noise words, then padding.
typedef struct {
  int32_t input_begin;    ///< first entry in `inputs` and `masks`
  int32_t input_count;    ///< context words; `inputs` is padded to a multiple of 4
  int32_t output_begin;   ///< first entry in `outputs` and `noise_weights`
  int32_t output_count;   ///< a multiple of 4
} wt_sgns_group;

/// The groups between two meetings of the threads, and the rows they name.
///
/// Rows have `stride` floats, a multiple of 16, and start at multiples of 64 bytes. Entries of
/// `outputs` that pad a group name rows that hold zeros and belong to no word; their
/// `noise_weights` are 0. No two entries of one group's `outputs` are equal.
typedef struct {
  float *input_rows;
  float *output_rows;
  int64_t stride;
  const int32_t *inputs;
  const uint32_t *masks;         ///< bit o: the word stands in the window of centre o
  const int32_t *outputs;
  const float *noise_weights;    ///< how often the output word counts as a noise word of a window
  const wt_sgns_group *groups;
  int32_t group_count;
} wt_sgns_batch;

/// Floats that the products of one group take: inputs padded to 4, outputs padded to 16.
static inline int64_t wt_sgns_product_count(const wt_sgns_group *group) {
  return (int64_t)((group->input_count + 3) / 4 * 4) * ((group->output_count + 15) / 16 * 16);
}

/// One instruction set's kernels.
typedef struct {
  const char *name;   ///< "scalar", "avx2", "avx512" or "neon"

  /// products[i][o] = the dot product of input row i and output row o over the blocks
  /// first_block ..< last_block, group after group.
  void (*sgns_dots_f32)(const wt_sgns_batch *batch, int32_t first_block, int32_t last_block,
                        float *products);

  /// coefficients[i][o] = rate x (a - (a + w (m - a)) sigma(d)): d the sum over the column groups'
  /// products, a the bit of mask i for centre o, m the number of bits in mask i, w the noise
  /// weight of o. Column group g's products begin at products + g x pitch, group_pitch floats apart.
  void (*sgns_coefficients_f32)(const wt_sgns_batch *batch, const float *products,
                                int32_t column_groups, int64_t pitch, float rate,
                                float *coefficients);

  /// Adds to every input row sum_o c[i][o] y[o] and to every output row sum_i c[i][o] x[i], both
  /// from the values before, over the blocks first_block ..< last_block.
  void (*sgns_update_f32)(const wt_sgns_batch *batch, int32_t first_block, int32_t last_block,
                          const float *coefficients);

  /// The logistic function of `count` values, |error| < 3e-7; NaN stays NaN.
  void (*sigmoid_f32)(const float *values, float *results, int64_t count);
} wt_kernels;

/// The kernels of that name, or NULL where this processor or build does not have them.
const wt_kernels *wt_kernels_named(const char *name);

/// The fastest kernels this processor has.
const wt_kernels *wt_kernels_best(void);

/// The sum over the batch's pairs of -log sigma(d) for a word and its centre and of
/// -log sigma(-d), weighted, for its noise words; *pairs receives the number of pairs.
/// Arguments as in sgns_coefficients_f32. Scalar, in double: for a sample of the batches.
double wt_sgns_loss(const wt_sgns_batch *batch, const float *products, int32_t column_groups,
                    int64_t pitch, double *pairs);

/// Tells the processor that a thread waits in a loop.
static inline void wt_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#endif
