#!/bin/sh
# Several processes under mpirun: bits of one process, requests to leave, a process that dies, processes that do not agree.
# test_ranks.sh tries more, with messages by sockets.
. "${SRCDIR:-.}/tests/program.sh"
if [ ! -e "${sartor%/*}/sartor-mpi.so" ] || ! command -v mpirun >/dev/null 2>&1; then
    echo "ok 1 # SKIP built without MPI, or there is no mpirun"
    echo "1..1"
    exit 0
fi

# The launcher of Open MPI refuses to run as root, or more processes than there are processors, unless told otherwise.
case $(mpirun --version 2>&1) in
*"Open MPI"*) launch="mpirun --allow-run-as-root --oversubscribe --bind-to none" ;;
*) launch=mpirun ;;
esac
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl=self,vader OMPI_MCA_mpi_yield_when_idle=1
# Open MPI keeps memory until the end, which a sanitizer would take for leaks of the program.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

cat >models <<END
train cnn epochs=1 limit=390 batch=200 augment=on seed=3
train mlp epochs=2 limit=390 batch=192 norm=on
train forest trees=7 bootstrap=on limit=200
train knn
train mlp seeds=1..2 epochs=1 limit=200 name=many
suspects knn folds=3 count=100
END
run --batch models; report $code "models in one process"
timeout 120 $launch -n 3 "$sartor" --threads 1 --home "$work/home3" --data "$mini" --batch models >out 2>err </dev/null
report $? "the same in three"
for name in cnn mlp forest many-s1 many-s2; do same home3 "$name" "$name has the same bits"; done
cmp -s home/suspects/*.csv home3/suspects/*.csv; report $? "the suspects are the same"

# A run that is asked to leave ends in the middle of an epoch, and the same command goes on in one process.
long="train cnn epochs=6 limit=390 seed=3 augment=on ema=0.9 name=whole"
run $long
cat >ranked <<END
#!/bin/sh
# Notes the number of each process.
echo \$\$ >"$work/process\${OMPI_COMM_WORLD_RANK:-\$PMI_RANK}"
exec "$sartor" "\$@"
END
chmod +x ranked
begin() { # COUNT HOME: until a checkpoint is there
    rm -rf process[0-9]*
    $launch -n "$1" ./ranked --threads 1 --home "$work/$2" --data "$mini" $long >out 2>err </dev/null &
    launched=$! tries=0
    until ls "$2"/checkpoints/*.safetensors >/dev/null 2>&1 || [ $tries -ge 600 ]; do sleep 0.05; tries=$((tries + 1)); done
}
begin 2 left; kill -USR1 $launched; wait $launched
[ $? -eq 75 ] && grep -q 'ended by a signal in epoch [2-6]' err; report $? "a signal ends a run with status 75"
"$sartor" --threads 2 --home left --data "$mini" $long >out 2>err </dev/null; report $? "one process goes on with what two have left"
same left whole "to the bits of one that was never stopped"
[ -z "$(ls left/checkpoints)" ]; report $? "and the checkpoint is gone"

# A process that dies.
export OMPI_MCA_odls_base_sigkill_timeout=5 # then mpirun ends the others by force
begin 3 left3; started=$(date +%s); kill -KILL "$(cat process1)"; wait $launched
# MPICH's launcher kills the others at once, and says so itself.
[ $? -ne 0 ] && [ $(($(date +%s) - started)) -le 40 ] &&
    { [ "$(grep -c '^sartor: .*rank 1 .*has ended' err)" -eq 1 ] || grep -q 'BAD TERMINATION' out; }
report $? "when a process dies, all end with one sentence"
tries=0
while kill -0 "$(cat process0)" 2>/dev/null || kill -0 "$(cat process2)" 2>/dev/null; do
    sleep 0.1; tries=$((tries + 1)); [ $tries -lt 100 ] || break
done
[ $tries -lt 100 ] && ls left3/checkpoints/whole@*.safetensors >/dev/null
report $? "none is left, and the checkpoint is kept"

unset OMPI_MCA_odls_base_sigkill_timeout

# Processes that do not agree.
timeout 60 $launch -n 1 "$sartor" --data "$mini" --home "$work/home" stats : -n 1 "$sartor" --data "$mini" --home "$work/home" models \
    >out 2>err </dev/null
[ $? -ne 0 ] && [ "$(grep -c 'does not have the same command as rank 0' err)" -eq 1 ] && [ ! -s out ]
report $? "processes with other commands end with one sentence"
timeout 60 env SARTOR_MPI=/nowhere.so $launch -n 2 "$sartor" stats >out 2>err </dev/null
[ $? -ne 0 ] && grep -q 'built without MPI' err; report $? "without the module, a launcher gets one sentence"

ldd "$sartor" 2>/dev/null | grep -qi mpi; [ $? -ne 0 ]; report $? "the program is linked with no MPI"
finish
