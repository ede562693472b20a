#define _POSIX_C_SOURCE 200112L  // nanosleep

#include "CMPIShims.h"

#include <stdlib.h>

#ifdef WT_MPI

#include <mpi.h>
#include <time.h>

// MPI's own calls look for messages all the time, so that a rank which waits takes the processor of what it
// waits for, where there are fewer processors than threads. These look so often, and then sleep in between,
// longer and longer.
enum { LOOKS = 1000, SHORTEST_PAUSE = 20 * 1000, LONGEST_PAUSE = 200 * 1000 };  // pauses in nanoseconds

static void wait_for(MPI_Request request) {
  int is_done = 0;
  for (int look = 0; look < LOOKS && !is_done; look++)
    MPI_Test(&request, &is_done, MPI_STATUS_IGNORE);
  struct timespec pause = {.tv_nsec = SHORTEST_PAUSE};
  while (!is_done) {
    nanosleep(&pause, NULL);
    MPI_Test(&request, &is_done, MPI_STATUS_IGNORE);
    pause.tv_nsec *= 2;
    if (pause.tv_nsec > LONGEST_PAUSE) pause.tv_nsec = LONGEST_PAUSE;
  }
}

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
  MPI_Request request;
  MPI_Iallgatherv(bytes, count, MPI_BYTE, all, counts, starts, MPI_BYTE, MPI_COMM_WORLD, &request);
  wait_for(request);
}

void wt_mpi_exchange(const void *sent, const int32_t *counts, const int32_t *starts, void *received,
                     const int32_t *received_counts, const int32_t *received_starts) {
  MPI_Request request;
  MPI_Ialltoallv(sent, counts, starts, MPI_BYTE, received, received_counts, received_starts,
                 MPI_BYTE, MPI_COMM_WORLD, &request);
  wait_for(request);
}

void wt_mpi_barrier(void) {
  MPI_Request request;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  wait_for(request);
}

void wt_mpi_end(void) {
  // The others come here long before the one that writes.
  wt_mpi_barrier();
  MPI_Finalize();
}

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
