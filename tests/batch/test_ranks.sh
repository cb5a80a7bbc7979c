#!/bin/sh
# Several processes that work together, with messages by sockets in place of MPI (sockets.c): the models that they train
# have the bits of one process, for any number of them and of their threads, whatever ends before its time.
# test_mpirun.sh is about the same by MPI.
#
# RANKS=all tries every number of processes and threads; KILLS= says how many random moments of an end are tried, SEED=
# draws them.
. "${SRCDIR:-.}/tests/program.sh"
module=${sartor%/*}/tests/batch/sockets.so
if [ ! -e "$module" ]; then
    echo "ok 1 # SKIP there is no tests/batch/sockets.so; make check builds it"
    echo "1..1"
    exit 0
fi
kills=${KILLS:-3} seed=${SEED:-1}

start() { # COUNT THREADS HOME ARGUMENTS: begin so many processes; $processes are their numbers, those of ranks 1.. first
    count=$1 threads=$2 home=$3 processes=
    shift 3
    SARTOR_SOCKETS=$(mktemp -d "$work/sXXXXXX") SARTOR_MPI=$module PMI_SIZE=$count
    export SARTOR_SOCKETS SARTOR_MPI PMI_SIZE
    rank=$((count - 1))
    while [ $rank -ge 0 ]; do
        said=$rank
        [ $rank -ne 0 ] || said=
        PMI_RANK=$rank "$sartor" --threads "$threads" --home "$work/$home" --data "$mini" "$@" \
            >"out$said" 2>"err$said" </dev/null &
        processes="$processes $!" rank=$((rank - 1))
    done
    unset SARTOR_SOCKETS SARTOR_MPI PMI_SIZE
}
ended() { # the status of rank 0; all have ended then
    for process in $processes; do wait "$process" 2>/dev/null; code=$?; done
}
ranks() { # COUNT THREADS HOME ARGUMENTS
    start "$@"
    ended
}
process_of() { echo $processes | cut -d' ' -f$((count - $1)); } # RANK
# --- one training over many ---
cat >models <<END
train cnn epochs=1 limit=390 batch=200 augment=on seed=3
train resnet epochs=1 limit=310 batch=256 clip=1
train mlp epochs=2 limit=700 batch=512 norm=on dropout=0.2 ema=0.9 optimizer=muon
train mlp epochs=1 limit=390 batch=192 patience=2 name=last
train forest trees=11 bootstrap=on limit=300
train forest trees=6 features=hog extra=on augment=flip limit=200 name=mirrored
train svm limit=300
train svm features=hog kernel=linear limit=200 name=linear
train logreg limit=300
train knn
END
names="cnn resnet mlp last forest mirrored svm linear logreg knn"
run --batch models; report $code "models of each family in one process"
if [ "${RANKS:-}" = all ]; then sizes="2:1 2:2 3:1 3:2 4:1 4:2 8:1 8:2 16:1"; else sizes="2:2 3:1 8:1"; fi
for size in $sizes; do
    ranks "${size%:*}" "${size#*:}" "home${size%:*}" --batch models
    report $code "the same in ${size%:*} processes of ${size#*:} threads"
    for name in $names; do
        same "home${size%:*}" "$name" "$name has the same bits in ${size%:*} processes of ${size#*:} threads"
    done
    rm -rf "home${size%:*}"
done

# A script: its commands and replies are rank 0's. The size of a model's file depends on how many digits its time has.
printf 'train mlp epochs=1 limit=200 name=a\nevaluate a split=validation\n' >script
timeless() { sed 's/, "note": "[0-9]* processes shared[^"]*"//; s/"[a-z_]*\(seconds\|memory\|per_second\|bytes\)": [0-9.e-]*//g' out; }
run --json --batch script; timeless >wanted
ranks 2 1 home2 --json --batch script; timeless >found
[ "$code" -eq 0 ] && [ -s found ] && cmp -s wanted found; report $? "a script prints once what it prints in one process"
[ ! -s out1 ] && [ ! -s err1 ]; report $? "the other process prints nothing"

# --- many trainings, handed out: folds, trials with and without folds, seeds, decisions, a study ---
cp -r home home3
run suspects knn folds=3 count=200; run --csv browse suspects limit=50; cp out wanted
[ "$code" -eq 0 ] && [ -s wanted ]; report $? "suspects in one process"
ranks 3 1 home3 suspects knn folds=3 count=200
"$sartor" --home home3 --data "$mini" --csv browse suspects limit=50 >found 2>err </dev/null
cmp -s wanted found; report $? "suspects in three"
notes() { cut -d, -f1,2,4- "$1/experiments/"*.csv | sort; } # without seconds
run ablate mlp recipe=study limit=150 seeds=1 epochs=1; [ "$code" -eq 0 ] && notes home >wanted && [ -s wanted ]; report $? "ablate in one process"
ranks 3 1 home3 ablate mlp recipe=study limit=150 seeds=1 epochs=1; [ "$code" -eq 0 ] && notes home3 >found && cmp -s wanted found
report $? "ablate in three processes has the same trials"
many="train cnn recipe=study seeds=1..4 epochs=4 limit=300"
run $many; report $code "trainings with several seeds in one process"
ranks 3 1 home3 --json $many; cp out said
[ "$code" -eq 0 ] && [ "$(grep -c '"event": "done"' said)" -eq 4 ] && [ "$(grep -c '"event": "epoch"' said)" -eq 16 ]
report $? "in three processes all of them report their epochs and their end"
for s in 1 2 3 4; do same home3 cnn-s$s "seed $s has the same bits in three processes"; done
printf 'mark train:3 as=2\nmark flag train:9\nmark train:20 as=1\nmend mlp seeds=2 epochs=2\n' >script
run --json --batch script; timeless >wanted; [ "$code" -eq 0 ] && [ -s wanted ]; report $? "mend in one process"
ranks 3 1 home3 --json --batch script; timeless >found; [ "$code" -eq 0 ] && cmp -s wanted found
report $? "mend in three processes says the same"

# A process that ends loses its training only; another takes it.
rm -rf home3; start 3 1 home3 $many
tries=0
until ls home3/checkpoints/cnn-s2@*.safetensors >/dev/null 2>&1 || [ $tries -ge 600 ]; do sleep 0.02; tries=$((tries + 1)); done
kill -KILL "$(process_of 1)"; ended
report $code "trainings that are handed out survive the end of a process"
for s in 1 2 3 4; do same home3 cnn-s$s "seed $s has the same bits then"; done
rm -rf home3/experiments; start 3 1 home3 ablate mlp recipe=study limit=150 seeds=1 epochs=1
tries=0
until [ -s "$(echo home3/experiments/*.csv)" ] || [ $tries -ge 600 ]; do sleep 0.02; tries=$((tries + 1)); done
kill -KILL "$(process_of 2)"; ended
notes home >wanted; [ "$code" -eq 0 ] && notes home3 >found && cmp -s wanted found; report $? "so do trials"

# --- ends before the time ---
# All that are asked to leave do so in the middle of an epoch, and the same command goes on, with any number of processes.
long="train cnn epochs=24 limit=390 seed=3 augment=on ema=0.9 name=whole"
began=$(date +%s%N); run $long; takes=$((($(date +%s%N) - began) / 1000000))
moment() { # a random share of the time that the training takes in one process, in seconds
    seed=$(awk "BEGIN { print (1103515245 * $seed + 12345) % 2147483648 }")
    awk "BEGIN { printf \"%.3f\", 0.2 + $seed / 2147483648 * $takes / 1000 }"
}
tried=0 killed=0 left=0 whole=0 late=0
while [ $tried -lt "$kills" ]; do
    size=$((tried % 3 + 2))
    case $((tried % 3)) in 0) signal=KILL ;; 1) signal=TERM ;; *) signal=USR1 ;; esac
    start $size 1 killed $long resume
    sleep "$(moment)"
    at=$(date +%s)
    if [ $signal = KILL ]; then kill -KILL $(process_of $((tried % size))) 2>/dev/null
    else i=0; while [ $i -lt $size ]; do kill -$signal $(process_of $i) 2>/dev/null; i=$((i + 1)); done; fi
    ended
    [ $(($(date +%s) - at)) -le 10 ] || late=$((late + 1))
    case $code in
    0) whole=$((whole + 1)) ;;
    75) left=$((left + 1)) ;;
    *) killed=$((killed + 1)) ;;
    esac
    tried=$((tried + 1))
    if [ -e killed/models/whole.safetensors ] && [ $tried -lt "$kills" ]; then
        same killed whole "the model has the same bits after $tried ends"
        rm -rf killed
    fi
done
echo "# of $tried ends: $killed by force, $left with status 75, $whole after the end of the training, $late later than 10 s"
[ $((killed + left)) -gt 0 ] && [ $late -eq 0 ]; report $? "all processes end soon"
code=0
[ -e killed/models/whole.safetensors ] || ranks 3 2 killed $long resume
report $code "the same command goes on"
same killed whole "to the bits of one process that was never stopped"
[ -z "$(ls killed/checkpoints)" ] && [ "$(ls killed/models)" = whole.safetensors ]; report $? "and nothing else is left"

start 3 1 dies $long
tries=0
until ls dies/checkpoints/*.safetensors >/dev/null 2>&1 || [ $tries -ge 600 ]; do sleep 0.02; tries=$((tries + 1)); done
kill -KILL "$(process_of 1)"; ended
[ "$code" -ne 0 ] && [ "$(grep -c '^sartor: .*rank 1 .*has ended' err)" -eq 1 ]; report $? "when a process dies that all need, all end with one sentence"

# --- processes that do not agree ---
cp -r "$mini" other && chmod -R u+w other && gzip -d other/train-images*.gz &&
    printf x | dd of=other/train-images-idx3-ubyte bs=1 seek=5000 conv=notrunc 2>/dev/null
cat >differ <<END
#!/bin/sh
# Each process finds other data under the same name.
cd "$work/where\$PMI_RANK" && exec "$sartor" --home "$work/home" --data set train mlp epochs=1 limit=100
END
chmod +x differ; mkdir where0 where1; cp -r "$mini" where0/set; cp -r other where1/set
program=$sartor; sartor=$work/differ; ranks 2 1 home; sartor=$program
[ "$code" -ne 0 ] && [ "$(grep -c 'holds other data here' err)" -eq 1 ]; report $? "processes with other data end with one sentence"

if [ "${RANKS:-}" = all ]; then
    run study quick to=study1; report $code "a study in one process"
    ranks 4 1 home4 study quick to=study4; report $code "a study in four"
    for file in study1/models/*.safetensors; do
        name=${file##*/}; name=${name%.safetensors}
        bits study1 "$name" >wanted && bits study4 "$name" >found && cmp -s wanted found; report $? "its $name has the same bits"
    done
fi
finish
