## Fuzz targets of the parsers. make check replays each (data/test_replay.c): its corpus, and thousands of
## inputs made from that by seeded changes. With CC=clang and --enable-fuzzing, `make fuzz MINUTES=10` runs
## each of them under libFuzzer for so long, and says what it reached.
noinst_HEADERS += tests/fuzz.h tests/commands/fuzz_session.h

check_PROGRAMS += tests/data/test_fuzz_idx
tests_data_test_fuzz_idx_SOURCES = tests/data/fuzz_idx.c tests/data/test_replay.c
tests_data_test_fuzz_idx_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-idx"'
tests_data_test_fuzz_idx_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_picture
tests_data_test_fuzz_picture_SOURCES = tests/data/fuzz_picture.c tests/data/test_replay.c
tests_data_test_fuzz_picture_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-picture"'
tests_data_test_fuzz_picture_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_archive
tests_data_test_fuzz_archive_SOURCES = tests/data/fuzz_archive.c tests/data/test_replay.c
tests_data_test_fuzz_archive_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-archive"'
tests_data_test_fuzz_archive_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_csv
tests_data_test_fuzz_csv_SOURCES = tests/data/fuzz_csv.c tests/data/test_replay.c
tests_data_test_fuzz_csv_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-csv"'
tests_data_test_fuzz_csv_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_npy
tests_data_test_fuzz_npy_SOURCES = tests/data/fuzz_npy.c tests/data/test_replay.c
tests_data_test_fuzz_npy_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-npy"'
tests_data_test_fuzz_npy_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_labels
tests_data_test_fuzz_labels_SOURCES = tests/data/fuzz_labels.c tests/data/test_replay.c
tests_data_test_fuzz_labels_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-labels"'
tests_data_test_fuzz_labels_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/models/test_fuzz_tensors
tests_models_test_fuzz_tensors_SOURCES = tests/models/fuzz_tensors.c tests/data/test_replay.c
tests_models_test_fuzz_tensors_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/models/corpus"'
tests_models_test_fuzz_tensors_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/models/test_fuzz_model
tests_models_test_fuzz_model_SOURCES = tests/models/fuzz_model.c tests/data/test_replay.c
tests_models_test_fuzz_model_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/models/corpus-model"'
tests_models_test_fuzz_model_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_tags
tests_app_test_fuzz_tags_SOURCES = tests/app/fuzz_tags.c tests/data/test_replay.c
tests_app_test_fuzz_tags_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-tags"'
tests_app_test_fuzz_tags_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_suspects
tests_app_test_fuzz_suspects_SOURCES = tests/app/fuzz_suspects.c tests/data/test_replay.c
tests_app_test_fuzz_suspects_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-suspects"'
tests_app_test_fuzz_suspects_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_running
tests_app_test_fuzz_running_SOURCES = tests/app/fuzz_running.c tests/data/test_replay.c
tests_app_test_fuzz_running_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-running"'
tests_app_test_fuzz_running_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_notes
tests_app_test_fuzz_notes_SOURCES = tests/app/fuzz_notes.c tests/data/test_replay.c
tests_app_test_fuzz_notes_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-notes"'
tests_app_test_fuzz_notes_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_decisions
tests_app_test_fuzz_decisions_SOURCES = tests/app/fuzz_decisions.c tests/data/test_replay.c
tests_app_test_fuzz_decisions_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-decisions"'
tests_app_test_fuzz_decisions_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/eval/test_fuzz_costs
tests_eval_test_fuzz_costs_SOURCES = tests/eval/fuzz_costs.c tests/data/test_replay.c
tests_eval_test_fuzz_costs_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/eval/corpus-costs"'
tests_eval_test_fuzz_costs_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/base/test_fuzz_text
tests_base_test_fuzz_text_SOURCES = tests/base/fuzz_text.c tests/data/test_replay.c
tests_base_test_fuzz_text_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/base/corpus-text"'
tests_base_test_fuzz_text_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_fuzz_language
tests_commands_test_fuzz_language_SOURCES = tests/commands/fuzz_language.c tests/data/test_replay.c
tests_commands_test_fuzz_language_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/commands/corpus-language"'
tests_commands_test_fuzz_language_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_fuzz_study
tests_commands_test_fuzz_study_SOURCES = tests/commands/fuzz_study.c tests/data/test_replay.c
tests_commands_test_fuzz_study_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/commands/corpus-study"'
tests_commands_test_fuzz_study_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/ui/test_fuzz_input
tests_ui_test_fuzz_input_SOURCES = tests/ui/fuzz_input.c tests/data/test_replay.c
tests_ui_test_fuzz_input_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/ui/corpus-input"'
tests_ui_test_fuzz_input_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/models/test_fuzz_checkpoint
tests_models_test_fuzz_checkpoint_SOURCES = tests/models/fuzz_checkpoint.c tests/data/test_replay.c
tests_models_test_fuzz_checkpoint_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/models/corpus-checkpoint"'
tests_models_test_fuzz_checkpoint_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/models/test_fuzz_trust
tests_models_test_fuzz_trust_SOURCES = tests/models/fuzz_trust.c tests/data/test_replay.c
tests_models_test_fuzz_trust_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/models/corpus-trust"'
tests_models_test_fuzz_trust_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/app/test_fuzz_looks
tests_app_test_fuzz_looks_SOURCES = tests/app/fuzz_looks.c tests/data/test_replay.c
tests_app_test_fuzz_looks_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/app/corpus-looks"'
tests_app_test_fuzz_looks_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_fuzz_config
tests_commands_test_fuzz_config_SOURCES = tests/commands/fuzz_config.c tests/data/test_replay.c
tests_commands_test_fuzz_config_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/commands/corpus-config"'
tests_commands_test_fuzz_config_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_fuzz_history
tests_commands_test_fuzz_history_SOURCES = tests/commands/fuzz_history.c tests/data/test_replay.c
tests_commands_test_fuzz_history_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/commands/corpus-history"'
tests_commands_test_fuzz_history_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/commands/test_fuzz_recipe
tests_commands_test_fuzz_recipe_SOURCES = tests/commands/fuzz_recipe.c tests/data/test_replay.c
tests_commands_test_fuzz_recipe_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/commands/corpus-recipe"'
tests_commands_test_fuzz_recipe_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_cache
tests_data_test_fuzz_cache_SOURCES = tests/data/fuzz_cache.c tests/data/test_replay.c
tests_data_test_fuzz_cache_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-cache"' -DROUNDS=5000
tests_data_test_fuzz_cache_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/data/test_fuzz_dataset
tests_data_test_fuzz_dataset_SOURCES = tests/data/fuzz_dataset.c tests/data/test_replay.c
tests_data_test_fuzz_dataset_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/data/corpus-dataset"' -DROUNDS=4000
tests_data_test_fuzz_dataset_LDADD = $(TEST_LIBS)

check_PROGRAMS += tests/onnx/test_fuzz_onnx
tests_onnx_test_fuzz_onnx_SOURCES = tests/onnx/fuzz_onnx.c tests/data/test_replay.c
tests_onnx_test_fuzz_onnx_CPPFLAGS = $(TEST_CPPFLAGS) -DCORPUS='"tests/onnx/corpus"'
tests_onnx_test_fuzz_onnx_LDADD = $(TEST_LIBS)

if FUZZING

## Each is made of the one file of its name.
LDADD = $(SARTOR_LIBS) $(LIBFUZZER)
fuzz_programs = \
	tests/app/fuzz_decisions \
	tests/app/fuzz_looks \
	tests/app/fuzz_notes \
	tests/app/fuzz_running \
	tests/app/fuzz_suspects \
	tests/app/fuzz_tags \
	tests/base/fuzz_text \
	tests/commands/fuzz_config \
	tests/commands/fuzz_history \
	tests/commands/fuzz_language \
	tests/commands/fuzz_recipe \
	tests/commands/fuzz_study \
	tests/data/fuzz_archive \
	tests/data/fuzz_cache \
	tests/data/fuzz_csv \
	tests/data/fuzz_dataset \
	tests/data/fuzz_idx \
	tests/data/fuzz_labels \
	tests/data/fuzz_npy \
	tests/data/fuzz_picture \
	tests/eval/fuzz_costs \
	tests/models/fuzz_checkpoint \
	tests/models/fuzz_model \
	tests/models/fuzz_tensors \
	tests/models/fuzz_trust \
	tests/onnx/fuzz_onnx \
	tests/ui/fuzz_input
EXTRA_PROGRAMS += $(fuzz_programs)

fuzz: $(fuzz_programs)
	SRCDIR='$(srcdir)' $(SHELL) $(srcdir)/tests/fuzz $(MINUTES)
else
fuzz:
	@echo "make fuzz needs a build for it: ./configure CC=clang --enable-fuzzing" >&2; exit 1
endif
MINUTES = 1
.PHONY: fuzz

EXTRA_DIST += \
	tests/fuzz \
	tests/models/corpus-checkpoint/first.safetensors \
	tests/models/corpus-checkpoint/other.safetensors \
	tests/models/corpus-checkpoint/whole.safetensors \
	tests/models/corpus-trust/beta.safetensors \
	tests/models/corpus-trust/familiar.safetensors \
	tests/models/corpus-trust/isotonic.safetensors \
	tests/app/corpus-looks/odd \
	tests/app/corpus-looks/two \
	tests/commands/corpus-config/plain \
	tests/commands/corpus-config/wrong \
	tests/commands/corpus-config/zero \
	tests/commands/corpus-history/odd \
	tests/commands/corpus-history/plain \
	tests/commands/corpus-recipe/lines \
	tests/commands/corpus-recipe/plain \
	tests/commands/corpus-recipe/wrong \
	tests/data/corpus-cache/absurd \
	tests/data/corpus-cache/no-test \
	tests/data/corpus-cache/whole \
	tests/data/corpus-cache/wrong-class \
	tests/data/corpus-dataset/arrays.npz \
	tests/data/corpus-dataset/beside.tar.gz \
	tests/data/corpus-dataset/cifar.tar.gz \
	tests/data/corpus-dataset/folders.tar.gz \
	tests/data/corpus-dataset/folders.zip \
	tests/data/corpus-dataset/idx.tar.gz \
	tests/data/corpus-dataset/listed.zip \
	tests/data/corpus-dataset/pixels.csv \
	tests/data/corpus-picture/colour.jpg \
	tests/data/corpus-picture/grey.jpg \
	tests/data/corpus-picture/lossless.webp \
	tests/data/corpus-picture/lossy.webp \
	tests/data/corpus-picture/opacity.webp \
	tests/data/corpus-picture/progressive.jpg \
	tests/data/picture.dict \
	tests/data/corpus-labels/marked \
	tests/data/corpus-labels/names \
	tests/data/corpus-labels/twice \
	tests/models/model.dict \
	tests/models/corpus-model/both.safetensors \
	tests/models/corpus-model/cnn.safetensors \
	tests/models/corpus-model/forest.safetensors \
	tests/models/corpus-model/knn.safetensors \
	tests/models/corpus-model/logreg.safetensors \
	tests/models/corpus-model/mlp.safetensors \
	tests/models/corpus-model/resnet.safetensors \
	tests/models/corpus-model/svm.safetensors \
	tests/app/corpus-tags/both \
	tests/app/corpus-tags/named \
	tests/app/corpus-tags/old \
	tests/app/home.dict \
	tests/app/corpus-suspects/found \
	tests/app/corpus-suspects/search-of-no-folds \
	tests/app/corpus-suspects/search \
	tests/app/corpus-suspects/twice \
	tests/app/corpus-decisions/journal \
	tests/app/corpus-decisions/other \
	tests/app/corpus-decisions/wrong \
	tests/app/corpus-running/forest \
	tests/app/corpus-running/network \
	tests/app/corpus-running/odd \
	tests/app/corpus-notes/first \
	tests/app/corpus-notes/second \
	tests/eval/corpus-costs/three \
	tests/eval/corpus-costs/two \
	tests/base/corpus-text/hostile \
	tests/base/corpus-text/json \
	tests/base/corpus-text/number \
	tests/base/text.dict \
	tests/commands/corpus-language/line-1 \
	tests/commands/corpus-language/line-2 \
	tests/commands/corpus-language/line-3 \
	tests/commands/corpus-language/line-4 \
	tests/commands/corpus-language/line-5 \
	tests/commands/corpus-language/line-6 \
	tests/commands/corpus-language/line-7 \
	tests/commands/language.dict \
	tests/commands/corpus-study/quick \
	tests/commands/corpus-study/refused \
	tests/commands/corpus-study/small \
	tests/commands/study.dict \
	tests/ui/corpus-input/answers \
	tests/ui/corpus-input/keys \
	tests/ui/corpus-input/paste \
	tests/ui/input.dict \
	tests/data/corpus-archive/absolute.tar \
	tests/data/corpus-archive/absolute.tar.gz \
	tests/data/corpus-archive/absolute.zip \
	tests/data/corpus-archive/empty.zip \
	tests/data/corpus-archive/stored.zip \
	tests/data/corpus-archive/two.tar \
	tests/data/corpus-archive/two.tar.gz \
	tests/data/corpus-archive/two.zip \
	tests/data/corpus-archive/up.tar \
	tests/data/corpus-archive/up.tar.gz \
	tests/data/corpus-archive/up.zip \
	tests/data/corpus-csv/packed.csv.gz \
	tests/data/corpus-csv/plain.csv \
	tests/data/corpus-csv/quotes.csv \
	tests/data/corpus-csv/tabs.csv \
	tests/data/corpus-csv/windows.csv \
	tests/data/corpus-csv/zeros.csv \
	tests/data/corpus-npy/absurd.npy \
	tests/data/corpus-npy/bytes.npy \
	tests/data/corpus-npy/columns.npy \
	tests/data/corpus-npy/cut.npy \
	tests/data/corpus-npy/floats.npy \
	tests/data/corpus-npy/halves.npy \
	tests/data/corpus-npy/labels.npy \
	tests/data/corpus-npy/no-dimensions.npy \
	tests/data/corpus-npy/objects.npy \
	tests/data/corpus-npy/version-2.npy
