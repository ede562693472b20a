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
  const wt_sgns_group groups[3] = {{0, 7, 0, 12}, {8, 13, 12, 20}, {24, 16, 32, 136}};
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
  wt_sgns_batch batch = {inputs_at, outputs_at, stride, inputs, masks, outputs, weights, groups, 3};
  float *products = calloc(2 * PRODUCTS, sizeof(float));
  float *coefficients = calloc(PRODUCTS, sizeof(float));
  kernels->sgns_dots_f32(&batch, 0, middle, products);
  kernels->sgns_dots_f32(&batch, middle, blocks, products + PRODUCTS);
  kernels->sgns_coefficients_f32(&batch, products, 2, PRODUCTS, 0.05f, coefficients);
  kernels->sgns_update_f32(&batch, 0, middle, coefficients);
  kernels->sgns_update_f32(&batch, middle, blocks, coefficients);
  add(inputs_at, (long)ROWS * stride);
  add(outputs_at, (long)ROWS * stride);
  free(inputs_at);
  free(outputs_at);
  free(products);
  free(coefficients);
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
  printf("%s %016llx\n", kernels->name, (unsigned long long)hash);
}
