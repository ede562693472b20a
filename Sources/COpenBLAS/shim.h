#pragma once
#include <cblas.h>

// OpenBLAS's own way to end the threads it starts when it is loaded. Not in its headers; where a
// build does not have it, the pointer is null.
extern int blas_thread_shutdown_(void) __attribute__((weak));

static inline void wt_openblas_end_threads(void) {
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}

// LAPACK's eigenvalues and eigenvectors of a symmetric matrix. OpenBLAS includes LAPACK, but its C
// header stands in another package.
extern void dsyevd_(
    const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w,
    double *work, const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info);
