/// The few calls of MPI that are used, with types that do not depend on which MPI it is.
///
/// Compiled against mpi.h, since handles and constants are of another kind in every MPI: a library that is
/// opened when the program runs would have to be the one whose header was read. Without the package trait
/// `MPI` nothing of it is needed, and ``wt_mpi_is_built`` says so.
#pragma once

#include <stdint.h>

/// Whether the trait was on: 1, or 0, and then no other call may be made.
int wt_mpi_is_built(void);

/// Joins the ranks that were started together. All calls that follow come from this thread.
///
/// Returns 1, or 0 when MPI does not start, or not for a process with more threads than one. What fails later
/// ends all ranks, as MPI does by itself.
int wt_mpi_begin(int32_t *rank, int32_t *rank_count);

/// Brings `counts[r]` bytes of each rank r to all ranks, where they begin at `all + starts[r]`.
void wt_mpi_gather(const void *bytes, int32_t count, void *all, const int32_t *counts,
                   const int32_t *starts);

/// Sends each rank r `counts[r]` bytes from `sent + starts[r]`, and takes what it sends this one.
void wt_mpi_exchange(const void *sent, const int32_t *counts, const int32_t *starts, void *received,
                     const int32_t *received_counts, const int32_t *received_starts);

/// Waits for all ranks.
void wt_mpi_barrier(void);

/// Takes leave; all ranks do, and no call follows.
void wt_mpi_end(void);

/// Ends all ranks with an exit code.
void wt_mpi_abort(int32_t code);
