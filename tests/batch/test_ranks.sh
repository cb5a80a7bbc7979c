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
timeless() { sed 's/"[a-z_]*\(seconds\|memory\|per_second\)": [0-9.e-]*//g' out; }
run --json --batch script; timeless >wanted
ranks 2 1 --json --batch script; timeless >found
[ "$code" -eq 0 ] && [ -s found ] && cmp -s wanted found; report $? "a script prints once what it prints in one process"

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
