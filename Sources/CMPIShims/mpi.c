#include "CMPIShims.h"

#include <stdlib.h>

#ifdef WT_MPI

#include <mpi.h>

int wt_mpi_is_built(void) { return 1; }

int wt_mpi_begin(int32_t *rank, int32_t *rank_count) {
  int provided = 0, own = 0, count = 0;
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_FUNNELED)
    return 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &own);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  *rank = own;
  *rank_count = count;
  return 1;
}

void wt_mpi_gather(const void *bytes, int32_t count, void *all, const int32_t *counts,
                   const int32_t *starts) {
  MPI_Allgatherv(bytes, count, MPI_BYTE, all, counts, starts, MPI_BYTE, MPI_COMM_WORLD);
}

void wt_mpi_exchange(const void *sent, const int32_t *counts, const int32_t *starts, void *received,
                     const int32_t *received_counts, const int32_t *received_starts) {
  MPI_Alltoallv(sent, counts, starts, MPI_BYTE, received, received_counts, received_starts,
                MPI_BYTE, MPI_COMM_WORLD);
}

void wt_mpi_barrier(void) { MPI_Barrier(MPI_COMM_WORLD); }

void wt_mpi_end(void) { MPI_Finalize(); }

void wt_mpi_abort(int32_t code) { MPI_Abort(MPI_COMM_WORLD, code); }

#else

// What is called in spite of `wt_mpi_is_built` is a mistake of the program.
int wt_mpi_is_built(void) { return 0; }
int wt_mpi_begin(int32_t *rank, int32_t *rank_count) {
  (void)rank, (void)rank_count;
  return 0;
}
void wt_mpi_gather(const void *bytes, int32_t count, void *all, const int32_t *counts,
                   const int32_t *starts) {
  (void)bytes, (void)count, (void)all, (void)counts, (void)starts;
  abort();
}
void wt_mpi_exchange(const void *sent, const int32_t *counts, const int32_t *starts, void *received,
                     const int32_t *received_counts, const int32_t *received_starts) {
  (void)sent, (void)counts, (void)starts;
  (void)received, (void)received_counts, (void)received_starts;
  abort();
}
void wt_mpi_barrier(void) { abort(); }
void wt_mpi_end(void) { abort(); }
void wt_mpi_abort(int32_t code) {
  (void)code;
  abort();
}

#endif
