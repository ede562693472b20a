#!/usr/bin/env bash
# Trainings on several ranks by MPI beside those of one process: the same bytes for 1, 2 and 4 ranks of 1 and
# 2 threads, stopped and resumed on another number of ranks, killed at random moments, and over four network
# namespaces where the system lets them be made.
#
#   Scripts/mpi.sh [FOLDER]      FOLDER keeps the build with the trait MPI (default: .build/mpi)
#
# WORDTOOL names a wordtool that was built so already; WT_MPI_KILLS is how often a rank is killed (10), WT_MPI_LINES
# how long the text is (260000: three cycles and a bit; 80000 are the least with two). Needs Open MPI:
# apt-get install libopenmpi-dev openmpi-bin.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=Scripts/lib/setup.sh
. Scripts/lib/setup.sh

readonly build=${1:-.build/mpi} kills=${WT_MPI_KILLS:-10} lines=${WT_MPI_LINES:-260000}
# A run that has lost a rank may take so many seconds to end.
readonly patience=10

if ! command -v mpirun >/dev/null || ! pkg-config --exists ompi-c; then
  die "no Open MPI; install it first: apt-get install libopenmpi-dev openmpi-bin"
fi

scratch=$(mktemp -d)
running=
cleanup() {
  if [[ -n $running ]]; then kill -9 "$running" 2>/dev/null || true; fi
  network down
  rm -rf "$scratch"
}
trap cleanup EXIT

# More ranks than cores, each free to use any of them, and root in containers.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
readonly launch=(mpirun --oversubscribe --bind-to none)
export XDG_DATA_HOME=$scratch/data TMPDIR=$scratch

# --- Four namespaces, each with an address of its own ------------------------------------------------

readonly bridge=wtmpi
# network up|down; up fails where the system has no namespaces for us.
network() {
  local n
  if [[ $1 == down ]]; then
    for n in 1 2 3 4; do ip netns del "$bridge$n" 2>/dev/null || true; done
    ip link del "$bridge" 2>/dev/null || true
    return 0
  fi
  command -v ip >/dev/null && [[ $EUID == 0 ]] || return 1
  ip link add "$bridge" type bridge 2>/dev/null && ip addr add 10.97.31.254/24 dev "$bridge" &&
    ip link set "$bridge" up || return 1
  for n in 1 2 3 4; do
    ip netns add "$bridge$n" && ip link add "$bridge$n" type veth peer name eth0 netns "$bridge$n" &&
      ip link set "$bridge$n" master "$bridge" up &&
      ip -n "$bridge$n" addr add "10.97.31.$n/24" dev eth0 && ip -n "$bridge$n" link set eth0 up &&
      ip -n "$bridge$n" link set lo up || return 1
  done
}

# --- Trainings -----------------------------------------------------------------------------------------

# train RANKS THREADS OUTPUT [OPTION...]: trains; 0 ranks are one process without mpirun.
train() {
  local ranks=$1 threads=$2 output=$3
  shift 3
  local command=("$wordtool" train-embeddings "$scratch/text" -o "$output" --replicas 4 --dim 20
    --epochs 2 --min-count 1 --progress none --threads "$threads" "$@")
  if ((ranks)); then command=("${launch[@]}" -n "$ranks" "${command[@]}"); fi
  "${command[@]}" >>"$scratch/log" 2>&1
}

digest() { sha256sum "$1" | cut -d' ' -f1; }

# same FILE WHAT: compares a file with the one of one process.
same() {
  [[ -f $1 && $(digest "$1") == "$expected" ]] || { cat "$scratch/log" >&2; die "$2 gives other bytes"; }
  say "$2: the same bytes"
}

# The numbers of the processes of the running mpirun.
ranks() { pgrep -P "$running" wordtool || true; }

# begin SECONDS OPTION...: starts 4 ranks that keep a checkpoint every so many seconds.
begin() {
  local every=$1
  shift
  "${launch[@]}" -n 4 "$wordtool" train-embeddings "$scratch/text" -o "$scratch/killed.safetensors" --replicas 4 \
    --dim 20 --epochs 2 --min-count 1 --progress none --threads 1 --checkpoint-every "$every" "$@" \
    >>"$scratch/log" 2>&1 &
  running=$!
}

# What mpirun and its ranks do, and what they said: for a run that does not end.
still_running() {
  tail -n 20 "$scratch/log"
  uptime
  ps -o pid,ppid,stat,pcpu,etime,wchan:24,comm -p "$running" --ppid "$running" || true
}

# Whether a rank of the running mpirun is alive; one that is dead and was not waited for is not.
rank_lives() {
  ps -o stat=,comm= --ppid "$running" | awk '$2 ~ /^wordtool/ && $1 !~ /^Z/ { found = 1 } END { exit !found }'
}

# How often mpirun itself had to be ended: a rank that dies while it connects (in MPI_Init) can leave Open MPI
# 4.1.4 waiting for a lock of its own in PMIx_server_finalize, for ever, when all ranks are gone.
stuck=0

# ended WHAT: waits for the run; its ranks may live no longer than $patience seconds.
ended() {
  local since=$SECONDS
  while kill -0 "$running" 2>/dev/null; do
    if ((SECONDS - since > patience)); then
      if rank_lives; then
        still_running >&2
        die "$1: a rank still runs after $patience seconds"
      fi
      stuck=$((stuck + 1))
      kill -9 "$running"
      break
    fi
    sleep 0.05
  done
  wait "$running" 2>/dev/null || true
  running=
}

wordtool=${WORDTOOL:-}
if [[ -z $wordtool ]]; then
  say "building with the trait MPI"
  swift build -c release --traits MPI --product wordtool --scratch-path "$build" >"$scratch/log" 2>&1 ||
    { tail -n 40 "$scratch/log" >&2; die "the build failed"; }
  wordtool=$(cd "$build" && pwd)/release/wordtool
fi

# Lines of words by a fixed rule.
awk -v lines="$lines" 'BEGIN {
  seed = 7
  for (line = 0; line < lines; line++) {
    text = ""
    for (word = 0; word < 14; word++) {
      seed = (seed * 16807) % 2147483647
      text = text "w" int(3000 * (seed / 2147483647) ^ 3) " "
    }
    print text
  }
}' >"$scratch/text"

train 0 2 "$scratch/alone.safetensors" --save-context "$scratch/alone.context.safetensors"
expected=$(digest "$scratch/alone.safetensors")
context=$(digest "$scratch/alone.context.safetensors")
for ranks in 1 2 4; do
  for threads in 1 2; do
    train "$ranks" "$threads" "$scratch/v.safetensors" --save-context "$scratch/c.safetensors"
    same "$scratch/v.safetensors" "$ranks ranks of $threads threads"
    [[ $(digest "$scratch/c.safetensors") == "$context" ]] || die "the context vectors differ"
  done
done

alone=$expected
train 0 2 "$scratch/bags.safetensors" --model cbow --subwords 3-4 --buckets 5000 --loss hs+ns
expected=$(digest "$scratch/bags.safetensors")
mv "$scratch/text" "$scratch/plain"
mkdir "$scratch/text"
head -n 30000 "$scratch/plain" >"$scratch/text/1"
sed -n 30001,30002p "$scratch/plain" | gzip >"$scratch/text/2.gz"
tail -n +30003 "$scratch/plain" >"$scratch/text/3"
train 4 1 "$scratch/v.safetensors" --model cbow --subwords 3-4 --buckets 5000 --loss hs+ns
rm -r "$scratch/text"
mv "$scratch/plain" "$scratch/text"
same "$scratch/v.safetensors" "CBOW with n-grams and a tree, of a folder of files, one packed, on 4 ranks"
expected=$alone

# --- What is refused -----------------------------------------------------------------------------------

refused() {
  local count=$1 part=$2
  shift 2
  if "${launch[@]}" -n "$count" "$wordtool" train-embeddings "$@" >"$scratch/refusal" 2>&1; then
    die "$* on $count ranks is not refused"
  fi
  # A busy machine may end the others late, when they have told the same.
  if [[ $(grep "^wordtool: error.*$part" "$scratch/refusal" | sort -u | wc -l) != 1 ]]; then
    cat "$scratch/refusal" >&2
    die "$*: not one line with '$part'"
  fi
}
refused 3 "--replicas" "$scratch/text" --replicas 4 -o "$scratch/x"
refused 2 "--model" "$scratch/text" --model glove -o "$scratch/x"
refused 2 "standard input" - --replicas 2 -o "$scratch/x"
refused 2 "nowhere" "$scratch/nowhere" --replicas 2 -o "$scratch/x"
[[ ! -e $scratch/x ]] || die "a refused training wrote"
say "what cannot be is told once"

# --- Stopped and killed ----------------------------------------------------------------------------------

begin 86400 --checkpoint "$scratch/state" --metrics "$scratch/metrics"
# A training has 200 lines; the first checkpoint that is not its beginning comes after a cycle of 1,048,576 words.
while kill -0 "$running" && [[ ! -e $scratch/metrics || $(wc -l <"$scratch/metrics") -lt 110 ]]; do
  sleep 0.05
done
# What mpirun hands on; after SIGTERM it would kill the ranks a second later.
kill -USR1 "$running"
ended "SIGUSR1 to mpirun"
[[ -s $scratch/state/skipgram.checkpoint && ! -e $scratch/killed.safetensors ]] ||
  { cat "$scratch/log" >&2; die "no checkpoint after SIGUSR1"; }
cp -r "$scratch/state" "$scratch/state1"
cp -r "$scratch/state" "$scratch/state2"
train 2 2 "$scratch/v.safetensors" --resume "$scratch/state"
same "$scratch/v.safetensors" "stopped on 4 ranks, resumed on 2"
train 0 1 "$scratch/v.safetensors" --resume "$scratch/state1"
same "$scratch/v.safetensors" "resumed by one process"
train 4 1 "$scratch/v.safetensors" --resume "$scratch/state2"
same "$scratch/v.safetensors" "resumed on 4"

rm -rf "$scratch/state"
slowest=0
for ((number = 1; number <= kills; number++)); do
  if [[ -s $scratch/state/skipgram.checkpoint ]]; then
    begin 0.2 --resume "$scratch/state"
  else
    begin 0.2 --checkpoint "$scratch/state"
  fi
  while kill -0 "$running" 2>/dev/null && [[ $(ranks | wc -l) -lt 4 ]]; do sleep 0.02; done
  sleep "$((RANDOM % 3)).$((RANDOM % 10))"
  mapfile -t found < <(ranks)
  if ((${#found[@]})); then
    since=$SECONDS
    kill -9 "${found[RANDOM % ${#found[@]}]}" 2>/dev/null || true
    ended "a killed rank"
    took=$((SECONDS - since))
    if ((took <= patience && took > slowest)); then slowest=$took; fi
  else
    ended "a run"
  fi
  if [[ -e $scratch/killed.safetensors ]]; then
    same "$scratch/killed.safetensors" "ended before kill $number"
    rm -rf "$scratch/killed.safetensors" "$scratch/state"
  elif [[ -e $scratch/state/skipgram.checkpoint ]]; then
    "$wordtool" info "$scratch/state/skipgram.checkpoint" >>"$scratch/log" 2>&1 ||
      die "the checkpoint is damaged after kill $number"
  fi
done
begin 60 "$([[ -s $scratch/state/skipgram.checkpoint ]] && echo --resume || echo --checkpoint)" "$scratch/state"
wait "$running" || { cat "$scratch/log" >&2; die "the last run failed"; }
running=
same "$scratch/killed.safetensors" \
  "killed $kills times, the slowest end after $slowest s, mpirun stuck without ranks $stuck times"
if compgen -G "$scratch/.*.wordtool-*" >/dev/null || compgen -G "$scratch/state/.*.wordtool-*" >/dev/null; then
  die "unfinished files are left"
fi

# --- Over a network ----------------------------------------------------------------------------------------

network down
if ! network up; then
  say "no network namespaces here: not tried"
  exit 0
fi
shape="no cap"
for n in 1 2 3 4; do
  if tc -n "$bridge$n" qdisc add dev eth0 root netem delay 2ms rate 500mbit 2>/dev/null; then
    shape="a delay of 2 ms and 500 Mbit/s"
  elif tc -n "$bridge$n" qdisc add dev eth0 root tbf rate 500mbit burst 256kb latency 50ms 2>/dev/null; then
    shape="500 Mbit/s, and no delay: this kernel has no netem"
  fi
done
# What mpirun starts its daemons with: the address of a host, and a command.
cat >"$scratch/agent" <<AGENT
#!/usr/bin/env bash
address=\$1
shift
exec ip netns exec "$bridge\${address##*.}" unshare --uts bash -c 'hostname "\$0"; exec bash -c "\$*"' \
  "$bridge\${address##*.}" "\$@"
AGENT
chmod +x "$scratch/agent"
mpirun --mca plm_rsh_agent "$scratch/agent" --mca btl tcp,self --mca btl_tcp_if_include 10.97.31.0/24 \
  --mca oob_tcp_if_include 10.97.31.0/24 --mca orte_keep_fqdn_hostnames 1 --bind-to none \
  --host 10.97.31.1,10.97.31.2,10.97.31.3,10.97.31.4 -n 4 -x OMPI_ALLOW_RUN_AS_ROOT \
  -x OMPI_ALLOW_RUN_AS_ROOT_CONFIRM "$wordtool" train-embeddings "$scratch/text" \
  -o "$scratch/v.safetensors" --replicas 4 --dim 20 --epochs 2 --min-count 1 --progress none --threads 1 \
  >>"$scratch/log" 2>&1 || { tail -n 40 "$scratch/log" >&2; die "the ranks of four namespaces failed"; }
same "$scratch/v.safetensors" "four namespaces with $shape"
