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
  int32_t path;           ///< one of wt_sgns_path
} wt_sgns_group;

/// What the outputs of a group are.
enum wt_sgns_path {
  WT_NO_PATH = 0,     ///< centres, then noise
  WT_PATH = 1,        ///< nodes on a way down a tree, each scored once for every input
  WT_EXTRA_PATH = 2   ///< likewise, beside a group whose inputs count as the pairs
};

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
  float *input_changes;          ///< laid out as input_rows, what is added to; NULL: themselves
} wt_sgns_batch;

/// Floats that the products of one group take: inputs padded to 4, outputs padded to 16.
static inline int64_t wt_sgns_product_count(const wt_sgns_group *group) {
  return (int64_t)((group->input_count + 3) / 4 * 4) * ((group->output_count + 15) / 16 * 16);
}

/// Co-occurrences of words that GloVe is trained on between two meetings of the threads, and the
/// rows they name.
///
/// A row has a word's values, then its bias in column `bias`, then zeros up to a multiple of 16; as
/// many floats hold the sums of the squared steps of each. Rows start at multiples of 64 bytes. Words
/// and contexts are tables of their own.
typedef struct {
  float *words;
  float *contexts;
  int64_t stride;                ///< floats from a row of values to the next word's
  int64_t squares;               ///< floats from a row of values to its sums of squares
  int64_t bias;                  ///< in the last block of a row
  const int32_t *word_ids;
  const int32_t *context_ids;
  const float *logs;             ///< the logarithm of how often they occur together
  const float *weights;          ///< what the square of the difference counts for
  int32_t count;
} wt_glove_batch;

/// Columns of a packed panel.
enum { WT_PANEL = 32 };

/// A convolution's outputs in one panel of filters: places whose inputs are gathered by offset.
typedef struct {
  int64_t places;
  int64_t columns;                  ///< filters, at most WT_PANEL
  int64_t segments;                 ///< stretches of the input under a filter
  int64_t inner;                    ///< floats in a stretch
  const float *input;
  const int32_t *input_offsets;     ///< of each place
  const int32_t *segment_offsets;   ///< of each stretch, from the place's
  const float *panel;               ///< (segments x inner) x WT_PANEL, at a multiple of 64 bytes
  const float *bias;                ///< of each filter, or NULL
  const float *addend;              ///< laid out as the output, or NULL
  float *output;
  const int32_t *output_offsets;    ///< of each place
  bool keep;                        ///< the sums begin with what the output holds
  bool relu;
} wt_convolution;

/// The part of a weight gradient that one stretch of the input and one block of filters give.
typedef struct {
  int64_t rows;                     ///< floats in the stretch
  int64_t columns;                  ///< filters, at most WT_PANEL
  int64_t places;
  const float *input;
  const int32_t *input_offsets;     ///< of each place
  const float *gradient;            ///< of the outputs, a row for each place
  int64_t gradient_row;
  float *weights;                   ///< rows x columns
  int64_t weights_row;
} wt_weight_gradient;

/// The windows of a pooling along one axis, clipped to the input.
typedef struct {
  int64_t inputs;    ///< places
  int64_t windows;
  int64_t longest;   ///< places of the longest window
  const int32_t *lower, *upper;   ///< window w has the places lower[w] ..< upper[w], at least one
  const int32_t *extent;          ///< what window w counts for in the divisor of a mean
  const int32_t *first, *end;     ///< place p lies in the windows first[p] ..< end[p]
} wt_pool_axis;

/// Windows over an image [row, column, channel]; the results are [window row, window column,
/// channel].
typedef struct {
  wt_pool_axis rows, columns;
  int64_t channels;
} wt_pool;

/// One instruction set's kernels.
///
/// Where an elementwise kernel takes several arrays, an output may be the same array as an input,
/// but not a shifted part of it. Arrays need no alignment unless it is asked for.
typedef struct {
  const char *name;   ///< "scalar", "avx2", "avx512" or "neon"

  /// products[i][o] = the dot product of input row i and output row o over the blocks
  /// first_block ..< last_block, group after group.
  void (*sgns_dots_f32)(const wt_sgns_batch *batch, int32_t first_block, int32_t last_block,
                        float *products);

  /// coefficients[i][o] = rate x (a - (a + w (m - a)) sigma(d)): d the sum over the column groups'
  /// products, a the bit of mask i for centre o, m the number of bits in mask i, on a path 1, w the
  /// noise weight of o. Column group g's products begin at products + g x pitch, group_pitch floats apart.
  void (*sgns_coefficients_f32)(const wt_sgns_batch *batch, const float *products,
                                int32_t column_groups, int64_t pitch, float rate,
                                float *coefficients);

  /// Adds to every input row, or to its row of changes, sum_o c[i][o] y[o] and to every output row
  /// sum_i c[i][o] x[i], both from the values before, over the blocks first_block ..< last_block.
  void (*sgns_update_f32)(const wt_sgns_batch *batch, int32_t first_block, int32_t last_block,
                          const float *coefficients);

  /// The logistic function of `count` values, |error| < 3e-7; NaN stays NaN.
  void (*sigmoid_f32)(const float *values, float *results, int64_t count);

  /// panel[k][j] = b[k * b_row + j * b_column] for k < inner and j < columns, 0 for j from columns
  /// to WT_PANEL. The panel holds inner x WT_PANEL floats and starts at a multiple of 64 bytes.
  void (*pack_panel_f32)(int64_t inner, int64_t columns, const float *b, int64_t b_row,
                         int64_t b_column, float *panel);

  /// c[i * c_row + j] = (keep ? itself : 0) + sum over k of a[i * a_row + k * a_column] x
  /// panel[k][j], for i < rows and j < columns <= WT_PANEL: one chain of fused multiply-adds over
  /// k = 0, 1, ..., so that neither cutting rows and columns nor cutting k (with keep from the
  /// second part on) changes a bit. Quick when a_row or a_column is 1, and when the parts of a and
  /// of the packed b that follow each other fit the caches (for a, 200 rows x 700, say).
  void (*gemm_panel_f32)(int64_t rows, int64_t columns, int64_t inner, const float *a,
                         int64_t a_row, int64_t a_column, const float *panel, float *c,
                         int64_t c_row, bool keep);

  /// e^x, to 1.02 units in the last place (measured over all floats): 0 below -87.33654, where
  /// results would no longer be normal numbers, infinity above 88.72283; NaN stays NaN.
  void (*exp_f32)(const float *values, float *results, int64_t count);

  /// tanh x, relative error < 2e-7, odd, x itself for tiny x; NaN stays NaN.
  void (*tanh_f32)(const float *values, float *results, int64_t count);

  /// One step of an LSTM (Hochreiter and Schmidhuber 1997, forget gate of Gers et al. 2000) for
  /// `count` units of one sequence. i, f, g, o: preactivations in, gate values out. peep_i, peep_f,
  /// peep_o: NULL, or the peephole weights of each unit (Gers and Schmidhuber 2000).
  /// c = f c_prev + i g; squashed = tanh c; h = o squashed. Gate values are exact to 1e-7.
  void (*lstm_forward_f32)(int64_t count, float *i, float *f, float *g, float *o,
                           const float *peep_i, const float *peep_f, const float *peep_o,
                           const float *c_prev, float *c, float *squashed, float *h);

  /// The gradients of that step. i, f, g, o: gate values; dh: dL/dh; dc: dL/dc by way of the next
  /// step in, dL/dc_prev out; di, df, dg, d_o: the gradients of the preactivations. The output
  /// gate's peephole looks at the new c, the others at c_prev.
  void (*lstm_backward_f32)(int64_t count, const float *i, const float *f, const float *g,
                            const float *o, const float *peep_i, const float *peep_f,
                            const float *peep_o, const float *c_prev, const float *squashed,
                            const float *dh, float *dc, float *di, float *df, float *dg,
                            float *d_o);

  /// One step of a GRU (Cho et al. 2014, as PyTorch computes it) for `count` units of one sequence:
  /// r = sigma(xr + hr), z = sigma(xz + hz), n = tanh(xn + r hn), h = n + z (h_prev - n).
  /// xr, xz, xn: the input's projections in, r, z, n out; hr, hz, hn: the recurrent projections.
  void (*gru_forward_f32)(int64_t count, float *xr, float *xz, float *xn, const float *hr,
                          const float *hz, const float *hn, const float *h_prev, float *h);

  /// The gradients of that step: of xr and hr (one value), of xz and hz (one value), of xn, of hn,
  /// and the part of h_prev's that does not go through hr, hz and hn. dh: dL/dh.
  void (*gru_backward_f32)(int64_t count, const float *r, const float *z, const float *n,
                           const float *hn, const float *h_prev, const float *dh, float *dxr,
                           float *dxz, float *dxn, float *dhn, float *dh_prev);

  /// Softmax and cross-entropy of one row of count > 0 logits: returns -log softmax[target] and
  /// writes over the logits their gradient, (softmax - onehot(target)) x scale. A target of -1
  /// counts for nothing: gradient and loss 0. Exponentials are added up in 16 floats, their
  /// logarithm and the loss are taken in double: a loss over 10,000 logits is exact to 2e-6.
  double (*softmax_xent_f32)(float *logits, int64_t count, int64_t target, float scale);

  /// The sum of squares, added up in double.
  double (*sum_squares_f32)(const float *values, int64_t count);

  /// y = a x + y, fused.
  void (*axpy_f32)(int64_t count, float a, const float *x, float *y);

  /// output[p][j] = max(0, start + the sum over s and k, in order, of input[p, s, k] x
  /// panel[s][k][j] + addend[p][j]): one chain of fused multiply-adds that begins with the output
  /// (keep), the bias or 0; the maximum only with relu. input[p, s, k] is
  /// input[input_offsets[p] + segment_offsets[s] + k].
  void (*convolve_panel_f32)(const wt_convolution *convolution);

  /// weights[i][j] += the sum over p, in order, of input[input_offsets[p] + i] x gradient[p][j].
  void (*add_weight_gradient_f32)(const wt_weight_gradient *gradient);

  /// y[i][o] = the dot product of row i of x and row o of w, plus bias[o] unless bias is NULL:
  /// 16 lanes over the inner index, added up in one tree. w is read once for two rows of x.
  void (*dots_f32)(int64_t rows, int64_t outputs, int64_t inner, const float *x, int64_t x_row,
                   const float *w, int64_t w_row, const float *bias, float *y, int64_t y_row);

  /// y = max(0, x); NaN stays NaN.
  void (*relu_f32)(int64_t count, const float *x, float *y);

  // From here on `adds` says whether results are added to what is there.

  /// dx = dy where y > 0 or is NaN, 0 elsewhere.
  void (*relu_gradient_f32)(int64_t count, const float *y, const float *dy, float *dx, bool adds);

  /// dx = dy (1 - y^2).
  void (*tanh_gradient_f32)(int64_t count, const float *y, const float *dy, float *dx, bool adds);

  /// dx = dy y (1 - y).
  void (*sigmoid_gradient_f32)(int64_t count, const float *y, const float *dy, float *dx,
                               bool adds);

  /// z = x + y.
  void (*add_f32)(int64_t count, const float *x, const float *y, float *z);

  /// y[i] = x[i] scale where the hash of first + i under the keys is at least `threshold`, 0
  /// elsewhere: a share threshold / 2^32 is dropped. The hash is MurmurHash3's finaliser (Appleby)
  /// with one key before it and one inside.
  void (*drop_f32)(int64_t count, const float *x, float *y, uint32_t first, uint32_t key0,
                   uint32_t key1, uint32_t threshold, float scale, bool adds);

  /// sums[c] = sum over r of x[r][c] and squares[c] = sum over r of x[r][c]^2, each one chain in
  /// double, r = 0, 1, ...
  void (*channel_sums_f32)(int64_t rows, int64_t channels, const float *x, double *sums,
                           double *squares);

  /// sums[c] = sum over r of dy[r][c], products[c] = sum over r of x[r][c] dy[r][c], likewise.
  void (*channel_products_f32)(int64_t rows, int64_t channels, const float *x, const float *dy,
                               double *sums, double *products);

  /// y[r][c] = x[r][c] a[c] + b[c], not fused.
  void (*scale_channels_f32)(int64_t rows, int64_t channels, const float *x, const float *a,
                             const float *b, float *y);

  /// dx[r][c] = dy[r][c] a[c] + (x[r][c] b[c] + d[c]), not fused.
  void (*combine_channels_f32)(int64_t rows, int64_t channels, const float *dy, const float *a,
                               const float *x, const float *b, const float *d, float *dx,
                               bool adds);

  /// The largest values of one row of windows; NaN is the largest. places, if not NULL, receives
  /// where each was found first: (row in the window) x columns.longest + column in the window,
  /// which is below 256.
  void (*max_pool_f32)(const wt_pool *pool, int64_t row, const float *image, float *y,
                       uint8_t *places);

  /// The gradients of one row of the image from those of all windows.
  void (*max_pool_gradient_f32)(const wt_pool *pool, int64_t row, const float *dy,
                                const uint8_t *places, float *dx, bool adds);

  /// The means of one row of windows: the sum in row order, times 1 / (product of the extents).
  void (*average_pool_f32)(const wt_pool *pool, int64_t row, const float *image, float *y);

  /// The gradients of one row of the image from those of all windows.
  void (*average_pool_gradient_f32)(const wt_pool *pool, int64_t row, const float *dy, float *dx,
                                    bool adds);

  /// sums[c] = scale x the sum over i, in order and from 0, of rows[indices[i] x stride + c], not
  /// fused. Columns and stride are multiples of 16, rows start at multiples of 64 bytes.
  void (*gather_rows_f32)(int64_t columns, const float *rows, int64_t stride,
                          const int32_t *indices, int64_t count, float scale, float *sums);

  /// rows[indices[i] x stride + c] += change[c] for i = 0, 1, ...: a row named twice is changed
  /// twice. Columns, stride and rows likewise.
  void (*scatter_rows_f32)(int64_t columns, const float *change, const int32_t *indices,
                           int64_t count, float *rows, int64_t stride);

  /// The mean of a bag whose rows are weighted by where they stand:
  /// mean[c] = share x the sum, in order and from 0, over the stretches of the bag, of
  /// weights[positions[i] x stride + c] x s[c], s being the sum of the stretch's rows in order. A
  /// stretch is the longest run of rows with the same position i. Nothing is fused. Columns and
  /// stride are multiples of 16, rows and weights start at multiples of 64 bytes.
  void (*gather_weighted_rows_f32)(int64_t columns, const float *rows, const float *weights,
                                   int64_t stride, const int32_t *indices,
                                   const int32_t *positions, int64_t count, float share,
                                   float *mean);

  /// What such a mean is to change by, given to its rows and weights, stretch after stretch: with s as
  /// above, of the rows as they are by then,
  /// weight_changes[position x stride + c] += share x change[c] x s[c], multiplied from the left;
  /// then each row of the stretch += weights[position x stride + c] x change[c], a row named twice
  /// twice. Nothing is fused. Columns, stride, rows, weights and their changes likewise.
  void (*scatter_weighted_rows_f32)(int64_t columns, const float *change, const float *weights,
                                    float *weight_changes, int64_t stride, const int32_t *indices,
                                    const int32_t *positions, int64_t count, float share,
                                    float *rows);

  /// products[i] = the dot product of x and the row that indices[i] names, [inner] each, which may
  /// begin anywhere: 16 lanes over the inner index, added up in one tree.
  void (*row_dots_f32)(int64_t inner, const float *x, const float *rows, int64_t stride,
                       const int32_t *indices, int64_t count, float *products);

  /// products[e] = the dot product of the two rows of co-occurrence e over the blocks first_block ..<
  /// last_block, to which the block of the biases adds them up instead of multiplying them. There is
  /// room for `count` rounded up to a multiple of 4; what is behind `count` means nothing.
  void (*glove_dots_f32)(const wt_glove_batch *batch, int32_t first_block, int32_t last_block,
                         float *products);

  /// coefficients[e] = weight (d - log), d the sum over the column groups' products, in their order.
  /// Column group g's products begin at products + g x pitch.
  void (*glove_coefficients_f32)(const wt_glove_batch *batch, const float *products,
                                 int32_t column_groups, int64_t pitch, float *coefficients);

  /// Takes a step of AdaGrad (Duchi et al. 2011) for one co-occurrence after the other, over the blocks
  /// first_block ..< last_block: x -= s / sqrt(1 + q) and q += s^2 for either row's values x and sums of
  /// squares q. The step s is rate x (coefficient x the other row's value, within -limit ... limit);
  /// for a bias it is the coefficient itself. Both rows' steps are of their values before.
  void (*glove_update_f32)(const wt_glove_batch *batch, int32_t first_block, int32_t last_block,
                           const float *coefficients, float rate, float limit);
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

/// Asks for these columns of the rows that indices name.
static inline void wt_prefetch_rows(int64_t columns, const float *rows, int64_t stride,
                                    const int32_t *indices, int64_t count) {
  for (int64_t i = 0; i < count; i++)
    for (int64_t c = 0; c < columns; c += WT_LANES)
      __builtin_prefetch(rows + (int64_t)indices[i] * stride + c);
}

/// Asks for some bytes that will be read.
static inline void wt_prefetch_bytes(const void *bytes, int64_t count) {
  for (int64_t i = 0; i < count; i += 64) __builtin_prefetch((const char *)bytes + i);
}

/// Tells the processor that a thread waits in a loop.
static inline void wt_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#endif
