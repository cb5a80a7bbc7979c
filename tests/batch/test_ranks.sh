#!/bin/sh
# Several processes under a launcher: the models that they train have the bits of one process, for any number of them
# and of their threads.
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
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl=self,vader
# When a process dies, mpirun ends the others, after this many seconds by force.
export OMPI_MCA_odls_base_sigkill_timeout=8
# Open MPI keeps memory until the end, which a sanitizer would take for leaks of the program.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"

ranks() { # COUNT THREADS ARGUMENTS
    count=$1 threads=$2
    shift 2
    timeout 120 $launch -n "$count" "$sartor" --threads "$threads" --home "$work/home$count" --data "$mini" "$@" \
        >out 2>err </dev/null
    code=$?
}
bits() { # HOME MODEL: a sum of the numbers of a model's file; times are in the header, which is left out
    file=$1/models/$2.safetensors
    [ -s "$file" ] || return 1
    header=$(od -An -tu8 -N8 "$file")
    tail -c +$((header + 9)) "$file" | cksum
}
same_bits() { # NAME-OF-MODEL ARGUMENTS: as `train` takes them; the sizes to try are in $sizes, COUNT:THREADS
    model=$1
    shift
    run train "$@" name="$model"
    [ "$code" -eq 0 ] && bits home "$model" >wanted; report $? "$model in one process"
    for size in $sizes; do
        ranks "${size%:*}" "${size#*:}" train "$@" name="$model"
        [ "$code" -eq 0 ] && bits "home${size%:*}" "$model" >found && cmp -s wanted found
        report $? "$model has the same bits in ${size%:*} processes of ${size#*:} threads"
    done
}

sizes="2:1 3:2 8:1"
same_bits cnn cnn epochs=2 limit=400 batch=200 augment=on seed=3
sizes="2:2 4:1"
same_bits resnet resnet epochs=1 limit=310 batch=256 clip=1
same_bits mlp mlp epochs=2 limit=700 batch=512 norm=on dropout=0.2 ema=0.9 optimizer=muon
sizes="3:1"
same_bits last mlp epochs=1 limit=390 batch=192 patience=2 # the last batch has images for one process only

# A script: its commands and replies are rank 0's.
printf 'train mlp epochs=1 limit=200 name=a\nevaluate a split=validation\n' >script
timeless() { sed 's/, "note": "[0-9]* processes shared[^"]*"//; s/"[a-z_]*\(seconds\|memory\|per_second\)": [0-9.e-]*//g' out; }
run --json --batch script; timeless >wanted
ranks 2 1 --json --batch script; timeless >found
[ "$code" -eq 0 ] && [ -s found ] && cmp -s wanted found; report $? "a script prints once what it prints in one process"

# Trainings of their own, handed out: folds of a search for suspects, trials of an experiment with and without folds.
run train knn; run suspects knn folds=3 count=200 >/dev/null; run --csv browse suspects limit=50; cp out wanted
[ "$code" -eq 0 ] && [ -s wanted ]; report $? "suspects in one process"
ranks 3 1 train knn; ranks 3 1 suspects knn folds=3 count=200; said=$(cat out)
"$sartor" --home home3 --data "$mini" --csv browse suspects limit=50 >found 2>err </dev/null
cmp -s wanted found; report $? "suspects in three"
notes() { cut -d, -f1,2,4- "$1/experiments/"*.csv | sort; } # without seconds
run ablate mlp limit=150 seeds=1 epochs=1 >/dev/null; [ "$code" -eq 0 ] && notes home >wanted && [ -s wanted ]; report $? "ablate in one process"
ranks 3 1 ablate mlp limit=150 seeds=1 epochs=1; [ "$code" -eq 0 ] && notes home3 >found && cmp -s wanted found
report $? "ablate in three processes has the same trials"

# A run that is asked to leave ends in the middle of an epoch, and the same command goes on, with any number of processes.
long="train cnn epochs=6 limit=390 seed=3 augment=on ema=0.9"
run $long name=whole; bits home whole >wanted
cat >ranked <<END
#!/bin/sh
# Notes the number of each process.
echo \$\$ >"$work/process\${OMPI_COMM_WORLD_RANK:-\$PMI_RANK}"
exec "$sartor" "\$@"
END
chmod +x ranked
begin() { # COUNT ARGUMENTS: until a checkpoint is there
    rm -rf process[0-9]*
    count=$1
    shift
    $launch -n "$count" ./ranked --threads 1 --home "$work/left" --data "$mini" "$@" >out 2>err </dev/null &
    launched=$! tries=0
    until ls left/checkpoints/*.safetensors >/dev/null 2>&1 || [ $tries -ge 600 ]; do sleep 0.05; tries=$((tries + 1)); done
}
begin 2 $long name=whole; kill -USR1 $launched; wait $launched
[ $? -eq 75 ] && grep -q 'ended by a signal in epoch [2-6]' err; report $? "a signal ends a run with status 75"
tries=0 # again, wherever it is then
"$sartor" --threads 2 --home left --data "$mini" $long name=whole >out 2>err </dev/null & launched=$!
until grep -q 'going on' err || [ $tries -ge 600 ]; do sleep 0.05; tries=$((tries + 1)); done
kill -TERM $launched 2>/dev/null; wait $launched; code=$?
[ $code -eq 75 ] || [ $code -eq 0 ]; report $? "one process goes on with what two have left"
mv left home3; ranks 3 1 $long name=whole; mv home3 left
[ "$code" -eq 0 ] && bits left whole >found && cmp -s wanted found; report $? "three end it, to the bits of one that was never stopped"
[ -z "$(ls left/checkpoints)" ]; report $? "and the checkpoint is gone"

# A process that dies.
begin 3 $long name=dies; started=$(date +%s); kill -KILL "$(cat process1)"; wait $launched
[ $? -ne 0 ] && [ $(($(date +%s) - started)) -le 40 ] && [ "$(grep -c '^sartor: .*rank 1 .*has ended' err)" -eq 1 ]
report $? "when a process dies, all end with one sentence"
tries=0
while kill -0 "$(cat process0)" 2>/dev/null || kill -0 "$(cat process2)" 2>/dev/null; do
    sleep 0.1; tries=$((tries + 1)); [ $tries -lt 100 ] || break
done
[ $tries -lt 100 ] && ls left/checkpoints/dies@*.safetensors >/dev/null
report $? "none is left, and the checkpoint is kept"
mv left home2; ranks 2 1 $long name=dies resume; mv home2 left
[ "$code" -eq 0 ] && bits left dies >found && cmp -s wanted found; report $? "resume goes on from it"

# Processes that do not agree.
timeout 60 $launch -n 1 "$sartor" --data "$mini" --home "$work/home" stats : -n 1 "$sartor" --data "$mini" --home "$work/home" models \
    >out 2>err </dev/null
[ $? -ne 0 ] && [ "$(grep -c 'does not have the same command as rank 0' err)" -eq 1 ] && [ ! -s out ]
report $? "processes with other commands end with one sentence"
cp -r "$mini" other && chmod -R u+w other && gzip -d other/train-images*.gz &&
    printf x | dd of=other/train-images-idx3-ubyte bs=1 seek=5000 conv=notrunc 2>/dev/null
cat >differ <<END
#!/bin/sh
# Each process finds other data under the same name.
cd "$work/where\${OMPI_COMM_WORLD_RANK:-\$PMI_RANK}" && exec "$sartor" --home "$work/home" --data set train mlp epochs=1 limit=100
END
chmod +x differ; mkdir where0 where1; cp -r "$mini" where0/set; cp -r other where1/set
timeout 60 $launch -n 2 ./differ >out 2>err </dev/null
[ $? -ne 0 ] && [ "$(grep -c 'holds other data here' err)" -eq 1 ]; report $? "processes with other data end with one sentence"
timeout 60 env SARTOR_MPI=/nowhere.so $launch -n 2 "$sartor" stats >out 2>err </dev/null
[ $? -ne 0 ] && grep -q 'built without MPI' err; report $? "without the module, a launcher gets one sentence"

ldd "$sartor" 2>/dev/null | grep -qi mpi; [ $? -ne 0 ]; report $? "the program is linked with no MPI"
finish
