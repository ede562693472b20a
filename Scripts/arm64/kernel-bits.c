// Prints a hash of what the kernels of one instruction set compute on fixed pseudo-random data, so
// that two processors can be compared: the hashes of all instruction sets must be one.
//
//   kernel-bits NAME      NAME: scalar, avx2, avx512 or neon

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

enum { ROWS = 160, PRODUCTS = 100000 };

static uint64_t state;

static float uniform(void) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return (float)(state >> 40) / 8388608.0f - 1;
}

static uint64_t hash = 0xcbf29ce484222325ull;

static void add(const float *values, long count) {
  for (long i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, values + i, 4);
    hash = (hash ^ bits) * 0x100000001b3ull;
  }
}

static float *rows(int stride, int dimension) {
  size_t size = sizeof(float) * ROWS * (size_t)stride;
  float *memory = aligned_alloc(64, size);
  memset(memory, 0, size);
  for (int r = 0; r < ROWS; r++)
    for (int d = 0; d < dimension; d++) memory[r * stride + d] = uniform();
  return memory;
}

// One training step of three groups of different shapes, over two column groups.
static void step(const wt_kernels *kernels, int dimension) {
  state = (uint64_t)dimension;
  int stride = (dimension + WT_LANES - 1) / WT_LANES * WT_LANES;
  int blocks = stride / WT_LANES, middle = blocks / 2;
  float *inputs_at = rows(stride, dimension), *outputs_at = rows(stride, dimension);
  const wt_sgns_group groups[3] = {
      {0, 7, 0, 12, WT_NO_PATH}, {8, 13, 12, 20, WT_PATH}, {24, 16, 32, 136, WT_NO_PATH}};
  int32_t inputs[64], outputs[200];
  uint32_t masks[64];
  float weights[200];
  for (int i = 0; i < 64; i++) {
    inputs[i] = i * 7 % ROWS;
    masks[i] = 1 + (uint32_t)i * 11 % 31;
  }
  for (int g = 0; g < 3; g++)
    for (int o = 0; o < groups[g].output_count; o++) {
      outputs[groups[g].output_begin + o] = (o * 3 + g) % 157;
      weights[groups[g].output_begin + o] = o < 5 ? 0 : 0.45f;
    }
  wt_sgns_batch batch = {
      inputs_at, outputs_at, stride, inputs, masks, outputs, weights, groups, 3, NULL};
  float *products = calloc(2 * PRODUCTS, sizeof(float));
  float *coefficients = calloc(PRODUCTS, sizeof(float));
  kernels->sgns_dots_f32(&batch, 0, middle, products);
  kernels->sgns_dots_f32(&batch, middle, blocks, products + PRODUCTS);
  kernels->sgns_coefficients_f32(&batch, products, 2, PRODUCTS, 0.05f, coefficients);
  kernels->sgns_update_f32(&batch, 0, middle, coefficients);
  kernels->sgns_update_f32(&batch, middle, blocks, coefficients);
  // Once more, with the changes of the inputs in rows of their own.
  float *changes_at = rows(stride, dimension);
  batch.input_changes = changes_at;
  kernels->sgns_update_f32(&batch, 0, blocks, coefficients);
  add(changes_at, (long)ROWS * stride);
  add(inputs_at, (long)ROWS * stride);
  add(outputs_at, (long)ROWS * stride);
  free(inputs_at);
  free(outputs_at);
  free(changes_at);
  free(products);
  free(coefficients);
}

// The product of matrices of many shapes, both ways round, and cut in the inner dimension.
static void product(const wt_kernels *kernels, int shape) {
  state = (uint64_t)shape;
  int rows = 1 + shape % 27, columns = 1 + shape % WT_PANEL, inner = shape, middle = inner / 3;
  int64_t a_row = shape % 2 ? 1 : inner + 1, a_column = shape % 2 ? rows + 2 : 1;
  int64_t b_row = shape % 3 ? 1 : columns + 1, b_column = shape % 3 ? inner + 2 : 1;
  static float a[20000], b[20000], c[2000];
  static _Alignas(64) float panel[100 * WT_PANEL];
  for (int i = 0; i < 20000; i++) {
    a[i] = uniform();
    b[i] = uniform();
    c[i % 2000] = uniform();
  }
  kernels->pack_panel_f32(inner, columns, b, b_row, b_column, panel);
  kernels->gemm_panel_f32(rows, columns, middle, a, a_row, a_column, panel, c, 35, shape % 5 < 2);
  kernels->gemm_panel_f32(rows, columns, inner - middle, a + middle * a_column, a_row, a_column,
                          panel + middle * WT_PANEL, c, 35, true);
  add(panel, (long)inner * WT_PANEL);
  add(c, 2000);
}

// The functions, cells, softmax and sums at one length.
static void sequence(const wt_kernels *kernels, int count) {
  enum { PITCH = 103 };
  static float memory[20 * PITCH];
#define X(INDEX) (memory + (INDEX) * PITCH)
  for (int peepholes = 0; peepholes < 8; peepholes++) {
    for (int i = 0; i < 20 * PITCH; i++) memory[i] = uniform() * 6;
    const float *i = peepholes & 1 ? X(4) : 0, *f = peepholes & 2 ? X(5) : 0,
                *o = peepholes & 4 ? X(6) : 0;
    kernels->lstm_forward_f32(count, X(0), X(1), X(2), X(3), i, f, o, X(7), X(8), X(9), X(10));
    kernels->lstm_backward_f32(count, X(0), X(1), X(2), X(3), i, f, o, X(7), X(9), X(11), X(12),
                               X(13), X(14), X(15), X(16));
    add(memory, 20 * PITCH);
  }
  for (int i = 0; i < 20 * PITCH; i++) memory[i] = uniform() * 9;
  kernels->gru_forward_f32(count, X(0), X(1), X(2), X(3), X(4), X(5), X(6), X(7));
  kernels->gru_backward_f32(count, X(0), X(1), X(2), X(5), X(6), X(8), X(9), X(10), X(11), X(12),
                            X(13));
  kernels->exp_f32(X(14), X(15), count);
  kernels->tanh_f32(X(16), X(17), count);
  kernels->axpy_f32(count, 0.3f, X(18), X(19));
  double sums[2] = {kernels->sum_squares_f32(X(18), count), 0};
  if (count > 0) sums[1] = kernels->softmax_xent_f32(X(14), count, count / 2, 0.7f);
  add(memory, 20 * PITCH);
  float words[4];
  memcpy(words, sums, sizeof words);
  add(words, 4);
#undef X
}

// A convolution of many shapes, its weights' gradient, and dot products.
static void convolution(const wt_kernels *kernels, int shape) {
  enum { SEGMENTS = 3, PLACES = 40 };
  static float input[2000], output[4000], other[4000], bias[WT_PANEL], weights[2000];
  static _Alignas(64) float panel[SEGMENTS * 40 * WT_PANEL];
  static int32_t input_offsets[PLACES], output_offsets[PLACES], segments[SEGMENTS] = {0, 50, 400};
  for (int i = 0; i < 4000; i++) output[i] = uniform(), other[i] = uniform();
  for (int i = 0; i < 2000; i++) input[i] = uniform(), weights[i] = uniform();
  for (int i = 0; i < SEGMENTS * 40 * WT_PANEL; i++) panel[i] = uniform();
  for (int i = 0; i < WT_PANEL; i++) bias[i] = uniform();
  for (int i = 0; i < PLACES; i++) {
    input_offsets[i] = i * 37 % 1500;
    output_offsets[i] = (PLACES - 1 - i) * 35;
  }
  wt_convolution c = {
      .places = 1 + shape % PLACES, .columns = 1 + shape % WT_PANEL, .segments = SEGMENTS,
      .inner = shape % 40, .input = input, .input_offsets = input_offsets,
      .segment_offsets = segments, .panel = panel, .bias = shape % 3 ? bias : 0,
      .addend = shape % 2 ? other : 0, .output = output, .output_offsets = output_offsets,
      .keep = shape % 5 == 0, .relu = shape % 7 < 3};
  kernels->convolve_panel_f32(&c);
  wt_weight_gradient g = {
      .rows = 1 + shape % 27, .columns = 1 + shape % WT_PANEL, .places = shape % PLACES,
      .input = input, .input_offsets = input_offsets, .gradient = other, .gradient_row = 33,
      .weights = weights, .weights_row = 34};
  kernels->add_weight_gradient_f32(&g);
  kernels->dots_f32(1 + shape % 5, 1 + shape % 6, shape, input, 101, other, 102,
                    shape % 2 ? bias : 0, output, 9);
  add(output, 4000);
  add(weights, 2000);
}

// Layers without filters at one number of channels.
static void layer(const wt_kernels *kernels, int channels) {
  enum { WINDOWS = 3, INPUTS = 7, SIZE = INPUTS * INPUTS * 40 };
  static float x[8][SIZE];
  static double sums[4][40];
  static uint8_t places[WINDOWS * WINDOWS * 40];
  const int32_t lower[WINDOWS] = {0, 2, 4}, upper[WINDOWS] = {3, 5, 7}, extent[WINDOWS] = {3, 3, 3};
  const int32_t first[INPUTS] = {0, 0, 0, 1, 1, 2, 2}, end[INPUTS] = {1, 1, 2, 2, 3, 3, 3};
  const wt_pool_axis axis = {INPUTS, WINDOWS, 3, lower, upper, extent, first, end};
  const wt_pool pool = {axis, axis, channels};
  for (int i = 0; i < 8; i++)
    for (int k = 0; k < SIZE; k++) x[i][k] = uniform();
  bool adds = channels % 2;
  int row = WINDOWS * channels, input_row = INPUTS * channels, count = 37 * channels;
  for (int i = 0; i < WINDOWS; i++) {
    kernels->max_pool_f32(&pool, i, x[0], x[1] + i * row, places + i * row);
    kernels->average_pool_f32(&pool, i, x[0], x[2] + i * row);
  }
  for (int i = 0; i < INPUTS; i++) {
    kernels->max_pool_gradient_f32(&pool, i, x[1], places, x[3] + i * input_row, adds);
    kernels->average_pool_gradient_f32(&pool, i, x[2], x[4] + i * input_row, adds);
  }
  kernels->channel_sums_f32(37, channels, x[3], sums[0], sums[1]);
  kernels->channel_products_f32(37, channels, x[3], x[4], sums[2], sums[3]);
  kernels->scale_channels_f32(37, channels, x[3], x[4], x[5], x[6]);
  kernels->combine_channels_f32(37, channels, x[6], x[4], x[3], x[5], x[6], x[7], adds);
  kernels->relu_f32(count, x[7], x[5]);
  kernels->relu_gradient_f32(count, x[5], x[3], x[4], adds);
  kernels->tanh_gradient_f32(count, x[6], x[3], x[4], adds);
  kernels->sigmoid_gradient_f32(count, x[6], x[3], x[0], adds);
  kernels->add_f32(count, x[0], x[1], x[2]);
  kernels->drop_f32(count, x[2], x[1], 5, 77, 99, 1u << 30, 1.25f, adds);
  add(x[0], 8 * SIZE);
  static float words[320];
  memcpy(words, sums, sizeof words);
  add(words, 320);
}

// Sums of rows that are named and additions to them.
static void bag(const wt_kernels *kernels, int shape) {
  enum { ROWS = 20, STRIDE = 9 * WT_LANES, COUNT = 30 };
  static _Alignas(64) float rows[ROWS * STRIDE];
  float sums[STRIDE] = {0};
  int32_t indices[COUNT];
  for (int i = 0; i < ROWS * STRIDE; i++) rows[i] = uniform();
  for (int i = 0; i < COUNT; i++) indices[i] = i * (7 + shape) % ROWS;
  int columns = (1 + shape % 9) * WT_LANES, count = shape % (COUNT + 1);
  kernels->gather_rows_f32(columns, rows, STRIDE, indices, count, 0.3f, sums);
  kernels->scatter_rows_f32(columns, sums, indices, count, rows, STRIDE);
  add(rows, ROWS * STRIDE);
}

// Co-occurrences: dot products, what they are to change by, a step of AdaGrad.
static void cooccurrences(const wt_kernels *kernels, int shape) {
  enum { WORDS = 12, STRIDE = 9 * WT_LANES, COUNT = 30 };
  static _Alignas(64) float words[2 * WORDS * STRIDE], contexts[2 * WORDS * STRIDE];
  float logs[COUNT], weights[COUNT], products[2 * 32], coefficients[COUNT];
  int32_t word_ids[COUNT], context_ids[COUNT];
  const int blocks = 1 + shape % 9, bias = blocks * WT_LANES - 1 - shape % 16;
  memset(words, 0, sizeof words);
  memset(contexts, 0, sizeof contexts);
  for (int i = 0; i < 2 * WORDS; i++)
    for (int c = 0; c <= bias; c++) {
      float x = uniform(), y = uniform();
      words[i * STRIDE + c] = i % 2 ? x * x : x;
      contexts[i * STRIDE + c] = i % 2 ? y * y : y;
    }
  for (int i = 0; i < COUNT; i++) {
    logs[i] = uniform() * 9;
    weights[i] = 0.5f + 0.5f * uniform();
    word_ids[i] = i * (5 + shape) % WORDS;
    context_ids[i] = i * (7 + shape) % WORDS;
  }
  const wt_glove_batch batch = {words, contexts, 2 * STRIDE, STRIDE, bias, word_ids, context_ids,
                                logs, weights, 1 + shape % COUNT};
  kernels->glove_dots_f32(&batch, 0, blocks / 2, products);
  kernels->glove_dots_f32(&batch, blocks / 2, blocks, products + 32);
  kernels->glove_coefficients_f32(&batch, products, 2, 32, coefficients);
  kernels->glove_update_f32(&batch, 0, blocks, coefficients, 0.05f, 2);
  add(words, 2 * WORDS * STRIDE);
  add(contexts, 2 * WORDS * STRIDE);
}

int main(int argc, char **argv) {
  const wt_kernels *kernels = argc == 2 ? wt_kernels_named(argv[1]) : 0;
  if (!kernels) {
    fprintf(stderr, "usage: kernel-bits scalar|avx2|avx512|neon (one that this processor has)\n");
    return 64;
  }
  for (int dimension = 1; dimension <= 67; dimension++) step(kernels, dimension);
  static float values[4095], results[4095];
  for (int i = 0; i < 4095; i++) values[i] = uniform() * 35;
  kernels->sigmoid_f32(values, results, 4095);
  add(results, 4095);
  for (int shape = 0; shape < 100; shape++) product(kernels, shape);
  for (int count = 0; count <= 100; count++) sequence(kernels, count);
  for (int shape = 0; shape < 100; shape++) convolution(kernels, shape);
  for (int channels = 1; channels <= 40; channels++) layer(kernels, channels);
  for (int shape = 0; shape < 100; shape++) bag(kernels, shape);
  for (int shape = 0; shape < 100; shape++) cooccurrences(kernels, shape);
  for (int i = 0; i < 4095; i++) values[i] = uniform() * 100;
  kernels->exp_f32(values, results, 4095);
  add(results, 4095);
  for (int i = 0; i < 4095; i++) values[i] /= 9;
  kernels->tanh_f32(values, results, 4095);
  add(results, 4095);
  printf("%s %016llx\n", kernels->name, (unsigned long long)hash);
}
